// What the jobs that ended last say about throughput and durations. Pure.
import type { Job } from "@paceline/react";

export type Recent = {
  /** Middles of equal spans of time, in seconds since 1970. */
  times: number[];
  completed: number[];
  failed: number[];
  /** Median time that the jobs of a span took; null where none ended. */
  duration: (number | null)[];
  /** Length of a span in seconds. */
  span: number;
};

const SPANS = 40;
/** So far back at most. */
const WINDOW_SECONDS = 3600;

type Ended = { at: number; failed: boolean; took: number | null };

function ended(jobs: readonly Job[]): Ended[] {
  return jobs.flatMap((job) =>
    job.finished_at
      ? [
          {
            at: Date.parse(job.finished_at) / 1000,
            failed: job.state === "failed",
            took: job.duration_seconds ?? null,
          },
        ]
      : [],
  );
}

/**
 * `whole` says that `jobs` are all that ended in the window; else it begins with the oldest of
 * them, because before that there were others.
 */
export function recent(jobs: readonly Job[], whole: boolean, now: number): Recent {
  const all = ended(jobs);
  const oldest = Math.min(now, ...all.map((job) => job.at));
  const from = whole ? now - WINDOW_SECONDS : Math.max(oldest, now - WINDOW_SECONDS);
  const span = Math.max(1, (now - from) / SPANS);
  const spans = Array.from({ length: SPANS }, (): Ended[] => []);
  for (const job of all) spans[Math.min(SPANS - 1, Math.floor((job.at - from) / span))]?.push(job);
  return {
    span,
    times: spans.map((_, place) => from + (place + 0.5) * span),
    completed: spans.map((its) => its.filter((job) => !job.failed).length),
    failed: spans.map((its) => its.filter((job) => job.failed).length),
    duration: spans.map((its) =>
      median(its.flatMap((job) => (job.took === null ? [] : [job.took]))),
    ),
  };
}

function median(values: number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

/** All that runs as one bar: done and all items, those of jobs without items counted as one. */
export function overall(running: readonly Pick<Job, "progress">[]): {
  done: number;
  total: number;
} {
  const sum = (of: (job: Pick<Job, "progress">) => number) =>
    running.reduce((all, job) => all + of(job), 0);
  return { done: sum((job) => job.progress.done), total: sum((job) => job.progress.total) };
}
