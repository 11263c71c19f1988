// What the addresses of pages say after `?`: read leniently, because people edit and share them.

type Raw = Record<string, unknown>;

/** Numbers and booleans are read as such by the router; here all is text. */
function text(raw: Raw, name: string): string | undefined {
  const value = raw[name];
  if (typeof value === "string") return value || undefined;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function oneOf<T extends string>(raw: Raw, name: string, known: readonly T[]): T | undefined {
  const value = text(raw, name);
  return known.find((word) => word === value);
}

/** Without what is `undefined`, so that it does not show in the address. */
function given<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;
}

export const JOB_TABS = [
  "active",
  "scheduled",
  "completed",
  "failed",
  "cancelled",
  "merged",
  "all",
] as const;
export type JobsTab = (typeof JOB_TABS)[number];

export type JobsSearch = {
  tab?: JobsTab;
  q?: string;
  state?: string;
  task?: string;
  user?: string;
  queue?: string;
  key?: string;
  batch?: string;
  label?: string;
  after?: string;
  before?: string;
  sort?: string;
  cursor?: string;
  page?: number;
};

export function readJobsSearch(raw: Raw): JobsSearch {
  const page = Number(raw.page);
  return given({
    tab: oneOf(raw, "tab", JOB_TABS),
    q: text(raw, "q"),
    state: text(raw, "state"),
    task: text(raw, "task"),
    user: text(raw, "user"),
    queue: text(raw, "queue"),
    key: text(raw, "key"),
    batch: text(raw, "batch"),
    label: text(raw, "label"),
    after: text(raw, "after"),
    before: text(raw, "before"),
    sort: text(raw, "sort"),
    cursor: text(raw, "cursor"),
    page: Number.isInteger(page) && page > 1 ? page : undefined,
  });
}

export const JOB_PARTS = [
  "items",
  "log",
  "timeline",
  "plots",
  "result",
  "options",
  "graph",
] as const;
export type JobPart = (typeof JOB_PARTS)[number];

export type JobSearch = { tab?: JobPart; items?: string; q?: string };

export function readJobSearch(raw: Raw): JobSearch {
  return given({
    tab: oneOf(raw, "tab", JOB_PARTS),
    items: text(raw, "items"),
    q: text(raw, "q"),
  });
}

export type LaunchSearch = { task?: string; template?: string };

export function readLaunchSearch(raw: Raw): LaunchSearch {
  return given({ task: text(raw, "task"), template: text(raw, "template") });
}

export function readCursorSearch(raw: Raw): { cursor?: string } {
  return given({ cursor: text(raw, "cursor") });
}

export function readSettingsSearch(raw: Raw): { user?: string } {
  return given({ user: text(raw, "user") });
}

/** How far back a task's history goes; a day where the address says nothing. */
export const HISTORY_WINDOWS = ["24h", "7d", "30d", "90d"] as const;
export type HistoryWindow = (typeof HISTORY_WINDOWS)[number];

export function readTaskSearch(raw: Raw): { window?: HistoryWindow } {
  return given({ window: oneOf(raw, "window", HISTORY_WINDOWS) });
}
