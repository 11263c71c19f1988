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

/** How much was done: items that were cancelled are over, but nobody has done them. */
export function worked({ total, done, cancelled, percent }: Job["progress"]) {
  if (cancelled === 0 || total === 0) return { done, percent };
  return { done: done - cancelled, percent: ((done - cancelled) / total) * 100 };
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
