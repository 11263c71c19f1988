import type { JobRequest } from "@paceline/react";
import { expect, it } from "vitest";
import { EMPTY, toDraft, toJob } from "./draft";

it("shows a submission so that it is read back as it was", () => {
  const job: JobRequest = {
    task: "predict",
    params: { model: "m" },
    items: [{ key: "r1" }, { key: "r2", payload: { race: 2 } }],
    only_new: true,
    priority: "high",
    key: "dealer-7",
    run_at: "2030-01-01T06:00:00.000Z",
    labels: { team: "a", env: "x=y" },
    workers: -1,
    item_timeout: "30s",
    retry: { attempts: 3 },
  };
  expect(toJob(toDraft(job, null), null)).toEqual({ job, errors: {} });
});

it("says what is wrong at the field", () => {
  const draft = { ...EMPTY, json: "{", items: "r1\n{", options: { workers: "many", labels: "x" } };
  const { errors } = toJob(draft, null);
  expect(Object.keys(errors).sort()).toEqual(["items", "labels", "params", "task", "workers"]);
});
