// How a task ran over time, as lines of plots. Pure.
import type { TaskHistory } from "~/lib/shapes";

type Values = (number | null)[];

/** Room for the plots while they are read, so that nothing jumps. */
export const PLACE = "h-[450px] max-lg:h-[900px]";

export type HistoryLines = {
  /** Middles of the spans of time, in seconds since 1970. */
  times: number[];
  completed: number[];
  failed: number[];
  /** Completed of the jobs that ended, 0 to 100. */
  success: Values;
  /** Seconds that jobs took. */
  jobs: { p50: Values; p95: Values; p99: Values };
  /** Seconds that items took; `null` for a task whose jobs have none. */
  items: { p50: Values; p95: Values; p99: Values } | null;
  /** Nothing ended in all of it. */
  empty: boolean;
};

export function toLines({ buckets, bucket_seconds }: TaskHistory): HistoryLines {
  const jobs = buckets.map((bucket) => bucket.jobs);
  const items = buckets.map((bucket) => bucket.items);
  const ended = jobs.reduce((sum, its) => sum + its.completed + its.failed, 0);
  const worked = items.reduce((sum, its) => sum + its.succeeded + its.failed, 0);
  const orNull = (value: number | null | undefined, factor = 1) =>
    value === null || value === undefined ? null : value * factor;
  return {
    times: buckets.map(({ at }) => Date.parse(at) / 1000 + bucket_seconds / 2),
    completed: jobs.map((its) => its.completed),
    failed: jobs.map((its) => its.failed),
    success: jobs.map((its) => orNull(its.success_rate, 100)),
    jobs: {
      p50: jobs.map((its) => orNull(its.p50_seconds)),
      p95: jobs.map((its) => orNull(its.p95_seconds)),
      p99: jobs.map((its) => orNull(its.p99_seconds)),
    },
    // A job without items counts as one: then both would tell the same.
    items:
      worked === ended
        ? null
        : {
            p50: items.map((its) => orNull(its.p50_ms, 0.001)),
            p95: items.map((its) => orNull(its.p95_ms, 0.001)),
            p99: items.map((its) => orNull(its.p99_ms, 0.001)),
          },
    empty: ended + worked === 0,
  };
}
