// What an event says of a job, written into the job as it was read last. Pure.
import type { Job, JobEvent } from "../api/types";

/** What is known of an event's data; absent counts are 0. */
type Counts = {
  total?: number;
  succeeded?: number;
  failed?: number;
  skipped?: number;
  cancelled?: number;
  running?: number;
  rate?: number;
  fraction?: number;
  stage?: string;
  message?: string;
};

/** Types of events whose data counts the job's items. */
const COUNTING: ReadonlySet<string> = new Set(["job.progress", "job.completed", "job.failed"]);

/** The job after the event, or the same object when the event says nothing new. */
export function patchJob(job: Job, event: JobEvent): Job {
  if (event.job !== job.id || !event.type.startsWith("job.")) return job;
  const state = event.state ?? job.state;
  const progress = COUNTING.has(event.type)
    ? patchProgress(job, event.data as Counts)
    : job.progress;
  if (state === job.state && progress === job.progress) return job;
  return { ...job, state, progress };
}

function patchProgress(job: Job, data: Counts): Job["progress"] {
  const before = job.progress;
  const total = data.total ?? before.total;
  if (total === 0) return before;
  const { succeeded = 0, failed = 0, skipped = 0, cancelled = 0, running = 0 } = data;
  const done = succeeded + failed + skipped + cancelled;
  // Two ways lead here; one may be a moment behind the other. A bar does not go back.
  if (done < before.done && total === before.total) return before;
  const remaining = total - done;
  const rate = data.rate ?? before.rate ?? null;
  const fraction = done === 0 && total === 1 && data.fraction ? data.fraction : done / total;
  return {
    ...before,
    total,
    done,
    succeeded,
    failed,
    skipped,
    cancelled,
    running,
    remaining,
    percent: Math.min(100, Math.max(fraction * 100, total === 1 ? before.percent : 0)),
    rate,
    eta_seconds: total > 1 && rate && rate > 0 ? remaining / rate : before.eta_seconds,
    stage: data.stage ?? before.stage,
    message: data.message ?? before.message,
  };
}

/** All events upon one job. */
export function patchAll(job: Job, events: JobEvent[]): Job {
  return events.reduce(patchJob, job);
}
