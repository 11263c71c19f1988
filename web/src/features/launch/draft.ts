// What is typed into the launch form, and the submission that it means. Pure.
import type { JobRequest } from "@paceline/react";
import { jsonOf } from "~/lib/json";
import { read, type Texts, textsOf } from "./read";
import type { FormField } from "./schema";

/** Fields of a submission that are texts in the form, with how their text is meant. */
export const OPTIONS = [
  { name: "queue", label: "Queue", meant: "text" },
  { name: "user", label: "User", meant: "text" },
  { name: "batch", label: "Batch", meant: "text" },
  { name: "labels", label: "Labels", meant: "labels", hint: "name=value, separated by commas" },
  { name: "workers", label: "Workers at most", meant: "number", hint: "-1: as many as there are" },
  { name: "chunk_size", label: "Items in a chunk at most", meant: "number" },
  { name: "concurrency", label: "Items at once in a worker", meant: "number" },
  { name: "max_memory", label: "Memory of a worker", meant: "text", hint: "such as 2GiB" },
  { name: "item_timeout", label: "Time for an item", meant: "text", hint: "such as 30s" },
  { name: "timeout", label: "Time for the job", meant: "text", hint: "such as 72h" },
  { name: "retry.attempts", label: "Attempts of an item", meant: "number" },
  { name: "max_failures", label: "Failures borne", meant: "text", hint: "such as 10%" },
  {
    name: "on_duplicate",
    label: "When it is a duplicate",
    meant: "text",
    choices: [
      { value: "", label: "As the task says" },
      { value: "merge", label: "Merge it" },
      { value: "reject", label: "Reject it" },
      { value: "allow", label: "Run it too" },
    ],
  },
  { name: "cache_for", label: "Take a result as old as", meant: "text", hint: "such as 1h" },
] as const;

export type Which = "default" | "only_new" | "force";

export type Draft = {
  task: string;
  params: Texts;
  /** The params as a whole, where the task has no schema. */
  json: string;
  items: string;
  which: Which;
  priority: string;
  key: string;
  runAt: string;
  options: Texts;
};

export const EMPTY: Draft = {
  task: "",
  params: {},
  json: "",
  items: "",
  which: "default",
  priority: "",
  key: "",
  runAt: "",
  options: {},
};

export type Submission = { job: JobRequest; errors: Record<string, string> };

export function toJob(draft: Draft, fields: readonly FormField[] | null): Submission {
  const errors: Record<string, string> = {};
  const job: Record<string, unknown> = { task: draft.task };
  const attempt = (field: string, make: () => unknown) => {
    try {
      const value = make();
      if (value !== undefined) job[field] = value;
    } catch (fault) {
      errors[field] = (fault as Error).message;
    }
  };
  if (!draft.task) errors.task = "choose a task";
  if (fields) {
    const params = read(fields, draft.params);
    Object.assign(errors, params.errors);
    job.params = params.value;
  } else attempt("params", () => (draft.json.trim() ? jsonOf(draft.json) : undefined));
  attempt("items", () => itemsOf(draft.items));
  if (draft.which !== "default") job[draft.which] = true;
  attempt("priority", () => draft.priority || undefined);
  attempt("key", () => draft.key.trim() || undefined);
  attempt("run_at", () => timeOf(draft.runAt));
  for (const { name, meant } of OPTIONS) {
    const text = draft.options[name]?.trim() ?? "";
    if (name === "retry.attempts") {
      attempt(name, () => optionOf(text, meant));
      if (job[name] !== undefined) job.retry = { attempts: job[name] };
      delete job[name];
    } else attempt(name, () => optionOf(text, meant));
  }
  return { job: job as JobRequest, errors };
}

/** The form that shows a submission. */
export function toDraft(job: JobRequest, fields: readonly FormField[] | null): Draft {
  const { task, params, items, only_new, force, priority, key, run_at, retry } = job;
  const rest = job as Record<string, unknown>;
  const options = OPTIONS.map(({ name, meant }) => {
    const value = name === "retry.attempts" ? retry?.attempts : rest[name];
    if (value === undefined || value === null) return [name, ""];
    return [name, meant === "labels" ? labelText(value as Record<string, string>) : String(value)];
  });
  return {
    task,
    params: fields ? textsOf(fields, params ?? {}) : {},
    json: params ? JSON.stringify(params, null, 2) : "",
    items: (items ?? []).map(itemText).join("\n"),
    which: force ? "force" : only_new ? "only_new" : "default",
    priority: priority ?? "",
    key: key ?? "",
    runAt: run_at ? localText(run_at) : "",
    options: Object.fromEntries(options),
  };
}

type ItemText = { key?: string | null; payload?: unknown };

/** A line is an item: its key, or all of it as JSON. */
function itemsOf(text: string): ItemText[] | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) return undefined;
  return lines.map((line, place) => {
    if (!line.trim().startsWith("{")) return { key: line.trim() };
    try {
      return JSON.parse(line) as ItemText;
    } catch (fault) {
      throw new Error(`line ${place + 1} is not JSON: ${(fault as Error).message}`);
    }
  });
}

function itemText(item: ItemText): string {
  const bare = item.key && (item.payload === undefined || item.payload === null);
  return bare ? (item.key as string) : JSON.stringify(item);
}

function optionOf(text: string, meant: "text" | "number" | "labels"): unknown {
  if (text === "") return undefined;
  if (meant === "text") return text;
  if (meant === "labels") return labelsOf(text);
  const value = Number(text);
  if (!Number.isInteger(value)) throw new Error("must be a whole number");
  return value;
}

function labelsOf(text: string): Record<string, string> {
  const pairs = text.split(",").map((pair) => {
    const [name = "", ...value] = pair.split("=");
    if (!name.trim() || value.length === 0) throw new Error(`\`${pair.trim()}\` is not name=value`);
    return [name.trim(), value.join("=").trim()];
  });
  return Object.fromEntries(pairs);
}

function labelText(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
}

/** The reader's time of day, as the server wants it. */
function timeOf(local: string): string | undefined {
  if (!local) return undefined;
  const time = new Date(local);
  if (Number.isNaN(time.getTime())) throw new Error("is no time");
  return time.toISOString();
}

function localText(time: string): string {
  const date = new Date(time);
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
