import { beforeEach, expect, it, vi } from "vitest";
import { anEvent } from "../../packages/react/src/test/factories";
import { endings } from "./endToasts";

/** The module as a page has it that was just loaded. */
async function loaded() {
  vi.resetModules();
  return import("./endToasts");
}

beforeEach(() => sessionStorage.clear());

it("only the end of one's own jobs is told", () => {
  const events = [
    anEvent({ type: "job.completed", job: "mine" }),
    anEvent({ type: "job.failed", job: "mine too" }),
    anEvent({ type: "job.completed", job: "other" }),
    anEvent({ type: "job.progress", job: "mine" }),
  ];
  expect(endings(events, new Set(["mine", "mine too"]))).toEqual([
    { id: "mine", failed: false },
    { id: "mine too", failed: true },
  ]);
});

it("one's own jobs are still known after a reload", async () => {
  const before = await loaded();
  expect([...before.own()]).toEqual([]);
  before.touch("mine");
  before.touch("mine too");
  const after = await loaded();
  expect(after.own()).not.toBe(before.own());
  expect([...after.own()]).toEqual(["mine", "mine too"]);
});

it("what another version kept does no harm", async () => {
  sessionStorage.setItem("paceline.own-jobs", '{"a":');
  expect([...(await loaded()).own()]).toEqual([]);
});
