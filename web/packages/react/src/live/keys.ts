// Names under which answers are kept, and which of them an event makes stale.
import type { EventType, JobFilter, JobsQuery } from "../api/types";

export const keys = {
  job: (id: string) => ["job", id] as const,
  /** Something below a job: its items, its samples. */
  ofJob: (id: string, part: string, ...rest: unknown[]) => ["job-part", id, part, ...rest] as const,
  jobs: (query: JobsQuery) => ["jobs", query] as const,
  counts: (filter: JobFilter) => ["job-counts", filter] as const,
  status: () => ["status"] as const,
};

/** Families of keys that an event of this type makes stale, beside the job that it names. */
export function staleBy(type: EventType): string[] {
  const [family = ""] = type.split(".");
  switch (family) {
    case "job":
      if (type === "job.log") return [];
      if (type === "job.progress") return ["batches", "batch"];
      return [
        "jobs",
        "ended-jobs",
        "job-counts",
        "status",
        "batches",
        "batch",
        "queues",
        "tasks",
        "task",
        "task-history",
        "notifications",
      ];
    case "schedule":
      return ["schedules", "schedule"];
    case "batch":
      return ["batches", "batch"];
    case "template":
      return ["templates", "template"];
    case "task":
    case "breaker":
      return ["tasks", "task", "status", "jobs"];
    case "alert":
      return ["status", "alerts", "notifications"];
    case "node":
    case "worker":
      return ["status", "workers", "nodes", "tasks"];
    default:
      return ["status", "queues", "limits", "tasks", "jobs"];
  }
}
