// What is typed into the form of a schedule, and the request that it means. Pure.
import { jsonOf } from "~/lib/json";
import type { Schedule, ScheduleRequest } from "~/lib/shapes";

export type Rule = "cron" | "every" | "at";

export type Form = {
  name: string;
  rule: Rule;
  cron: string;
  every: string;
  at: string;
  timezone: string;
  missed: string;
  overlap: boolean;
  /** The name of a template; empty for a job of its own. */
  template: string;
  job: string;
};

export function blank(timezone: string): Form {
  return {
    name: "",
    rule: "cron",
    cron: "0 6 * * *",
    every: "1h",
    at: "",
    timezone,
    missed: "once",
    overlap: true,
    template: "",
    job: '{\n  "task": ""\n}',
  };
}

export function formOf(schedule: Schedule): Form {
  const { name, cron, every, at, timezone, missed, overlap, template } = schedule;
  return {
    name,
    rule: cron ? "cron" : every != null ? "every" : "at",
    cron: cron ?? "",
    every: every == null ? "" : String(every),
    at: at ? at.slice(0, 16) : "",
    timezone: timezone ?? "",
    missed,
    overlap,
    template: typeof template === "string" ? template : "",
    job: typeof template === "string" ? "" : JSON.stringify(template, null, 2),
  };
}

export function requestOf(form: Form, version?: number): ScheduleRequest {
  const rule =
    form.rule === "cron"
      ? { cron: form.cron.trim(), ...(form.timezone.trim() && { timezone: form.timezone.trim() }) }
      : form.rule === "every"
        ? { every: form.every.trim() }
        : { at: `${form.at}:00Z` };
  return {
    name: form.name.trim(),
    ...rule,
    missed: form.missed as ScheduleRequest["missed"],
    overlap: form.overlap,
    template: (form.template || jsonOf(form.job)) as ScheduleRequest["template"],
    ...(version !== undefined && { version }),
  };
}
