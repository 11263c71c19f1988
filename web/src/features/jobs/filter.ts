// From the address of the jobs page to the API's conditions. Pure.
import type { JobFilter, JobState } from "@paceline/react";
import type { JobsSearch, JobsTab } from "~/lib/search";

export const TAB_STATES: Record<JobsTab, readonly JobState[]> = {
  active: ["running", "pending", "blocked", "paused"],
  scheduled: ["scheduled"],
  completed: ["completed"],
  failed: ["failed"],
  cancelled: ["cancelled"],
  merged: ["merged"],
  all: [],
};

export const DEFAULT_TAB: JobsTab = "active";
export const DEFAULT_SORT = "-created_at";
export const PAGE_SIZE = 50;

/** The conditions besides the state: what the tabs' counts are of. */
export function conditions(search: JobsSearch): Omit<JobFilter, "state"> {
  const { q, task, user, queue, key, batch, label, after, before } = search;
  return withoutEmpty({
    q,
    task,
    user,
    queue,
    key,
    batch,
    label,
    created_after: instant(after),
    created_before: instant(before),
  });
}

/** All conditions: a state that is asked for counts more than the tab's. */
export function toFilter(search: JobsSearch): JobFilter {
  const states = TAB_STATES[search.tab ?? DEFAULT_TAB].join(",");
  return withoutEmpty({ ...conditions(search), state: search.state ?? states });
}

function withoutEmpty<T extends object>(filter: T): T {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value)) as T;
}

/** A local time of a form field, or an age such as `24h`, as the API wants times. */
export function instant(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** What can be filtered by, besides the text, in the order of the form. */
export const FIELDS = [
  { name: "task", label: "Task" },
  { name: "user", label: "User" },
  { name: "queue", label: "Queue" },
  { name: "batch", label: "Batch" },
  { name: "key", label: "Key" },
  { name: "label", label: "Label" },
  { name: "state", label: "State" },
  { name: "after", label: "Created after" },
  { name: "before", label: "Created before" },
] as const satisfies readonly { name: keyof JobsSearch; label: string }[];

export type FieldName = (typeof FIELDS)[number]["name"];

/** Back to the first page: the cursor belongs to another list. */
export function changed(search: JobsSearch, change: Partial<JobsSearch>): JobsSearch {
  const { cursor: _cursor, page: _page, ...rest } = { ...search, ...change };
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value)) as JobsSearch;
}

export function countOf(
  states: Record<string, number> | undefined,
  tab: JobsTab,
): number | undefined {
  if (!states) return undefined;
  const counted = tab === "all" ? Object.keys(states) : TAB_STATES[tab];
  return counted.reduce((sum, state) => sum + (states[state] ?? 0), 0);
}
