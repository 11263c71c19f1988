// How the jobs of a task usually went, in words, for whoever launches another. Pure.
import { formatDuration } from "@paceline/react";
import type { Task } from "~/lib/shapes";

/** What was measured, and no promise: `null` where nothing ended yet. */
export function usualText({ statistics }: Pick<Task, "statistics">): string | null {
  const { job_p50_seconds: half, job_p95_seconds: most, item_p50_ms: item } = statistics;
  if (half === null || half === undefined) return null;
  const jobs = `Half of its jobs took up to ${formatDuration(half)}`;
  const range = most ? `${jobs}, 95 of 100 up to ${formatDuration(most)}` : jobs;
  return item ? `${range}; half of the items up to ${formatDuration(item / 1000)}` : range;
}
