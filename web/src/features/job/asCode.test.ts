import { expect, it } from "vitest";
import { aJob } from "../../../packages/react/src/test/factories";
import { asCurl, asPython, submission } from "./asCode";

const job = aJob({ params: { model: "it's", deep: { none: null, yes: true } }, priority: "high" });

it("says only what is not the default", () => {
  expect(submission(job)).toEqual({
    task: "predict_race",
    params: job.params,
    priority: "high",
    user: "ana",
  });
});

it("is safe to paste into a shell", () => {
  expect(asCurl(job, "http://x")).toContain(`"model":"it'\\''s"`);
});

it("is Python", () => {
  expect(asPython(job, "http://x")).toContain('"deep": {"none": None, "yes": True}');
});
