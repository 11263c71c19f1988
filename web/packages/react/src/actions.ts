// Which actions make sense in which state: what is offered. The server has the last word.
import type { Job, JobState } from "./api/types";
import type { JobAction } from "./hooks/useJobAction";

export const TERMINAL: readonly JobState[] = ["completed", "failed", "cancelled", "merged"];

export function isTerminal(state: JobState): boolean {
  return TERMINAL.includes(state);
}

/** A job without items that has failed or was cancelled: there is no part of it that is done. */
export function hasNoShare({ state, progress }: Pick<Job, "state" | "progress">): boolean {
  return progress.total <= 1 && isTerminal(state) && state !== "completed";
}

export type ActionName = JobAction["action"];

const RUNNABLE_AGAIN: readonly JobState[] = ["completed", "failed", "cancelled"];

export function isOffered(job: Pick<Job, "state" | "progress">, action: ActionName): boolean {
  const { state, progress } = job;
  switch (action) {
    case "cancel":
    case "change":
      return !isTerminal(state);
    case "pause":
      return !isTerminal(state) && state !== "paused";
    case "resume":
      return state === "paused";
    case "retry":
      if (!RUNNABLE_AGAIN.includes(state)) return false;
      return state !== "completed" || progress.failed + progress.cancelled > 0;
    case "restart":
      return RUNNABLE_AGAIN.includes(state);
    case "delete":
      return isTerminal(state);
  }
}
