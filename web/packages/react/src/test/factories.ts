// Things of the API as tests need them: whole, with what matters given.
import type { Job, JobEvent } from "../api/types";

export function aJob(
  given: Partial<Omit<Job, "progress">> & { progress?: Partial<Job["progress"]> } = {},
): Job {
  const { progress, ...rest } = given;
  return {
    id: "019aaaaa-0000-7000-8000-000000000001",
    name: "predict_race-20261122-101530-k3fab",
    task: "predict_race",
    queue: "default",
    state: "running",
    priority: "normal",
    user: "ana",
    key: null,
    batch: null,
    labels: {},
    params: {},
    kind: "items",
    attempt: 1,
    created_at: "2026-11-22T10:15:30Z",
    run_at: null,
    started_at: "2026-11-22T10:15:31Z",
    finished_at: null,
    after: [],
    waiting_for: [],
    merged_into: null,
    merged_count: 0,
    cached_from: null,
    result: null,
    error: null,
    options: {
      workers: -1,
      chunk_size: 50,
      concurrency: 1,
      timeout: "72h",
      retry: { attempts: 3, base: "1s", factor: 2, max: "5m", jitter: true },
      max_failures: "100%",
      only_new: false,
    },
    ...rest,
    progress: {
      total: 1000,
      done: 350,
      succeeded: 348,
      failed: 2,
      skipped: 0,
      cancelled: 0,
      running: 50,
      remaining: 650,
      percent: 35,
      rate: 8.2,
      eta_seconds: 79,
      ...progress,
    },
  };
}

export function anEvent(given: Partial<JobEvent> = {}): JobEvent {
  return {
    seq: 1,
    at: "2026-11-22T10:16:00Z",
    type: "job.progress",
    job: aJob().id,
    task: "predict_race",
    batch: null,
    state: "running",
    data: {},
    ...given,
  };
}
