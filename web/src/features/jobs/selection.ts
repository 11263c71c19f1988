// Which jobs an action is for: those that were ticked, or all that match. Pure.
import type { ActionsRequest, FilterRequest, Job, JobFilter, Priority } from "@paceline/react";

export type Selection =
  | { kind: "some"; ids: ReadonlySet<string> }
  /** All that match, on this page or not: decided on the server when the action is done. */
  | { kind: "all"; filter: JobFilter };

export const NOTHING: Selection = { kind: "some", ids: new Set() };

export type BulkVerb = "cancel" | "pause" | "resume" | "retry" | "restart" | "delete";
export type BulkAction = { verb: BulkVerb } | { verb: "change"; priority: Priority };

export function isEmpty(selection: Selection): boolean {
  return selection.kind === "some" && selection.ids.size === 0;
}

export function toRequest(selection: Selection, action: BulkAction): ActionsRequest {
  const what = action.verb === "change" ? { change: { priority: action.priority } } : {};
  const whom =
    selection.kind === "all"
      ? { filter: selection.filter as FilterRequest }
      : { ids: [...selection.ids] };
  return { action: action.verb, ...what, ...whom };
}

/** How many of the ticked jobs run, as far as they are shown. */
export function runningAmong(ids: ReadonlySet<string>, jobs: readonly Job[]): number {
  return jobs.filter((job) => ids.has(job.id) && job.state === "running").length;
}

/** What is counted by state to know how many of all that match run; nothing where none of them can. */
export function countedForRunning({ state, ...rest }: JobFilter): typeof rest | null {
  return !state || state.split(",").includes("running") ? rest : null;
}
