import { expect, test } from "vitest";
import { cancelQuestion } from "./batch";

test("the question names how many jobs of the batch are cancelled, and how many of them run", () => {
  const jobs = { running: 3, pending: 8, paused: 1, completed: 20, merged: 2 };
  const { title, text } = cancelQuestion({ name: "nightly", jobs });
  expect(title).toBe("Cancel 12 jobs of nightly?");
  expect(text).toMatch(/^3 of them running\. /);
});

test("nothing is said of running jobs where none runs", () => {
  const { title, text } = cancelQuestion({ name: "nightly", jobs: { pending: 1 } });
  expect(title).toBe("Cancel 1 job of nightly?");
  expect(text).not.toContain("running");
});
