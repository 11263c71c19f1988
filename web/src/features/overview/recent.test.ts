import { expect, it } from "vitest";
import { aJob } from "../../../packages/react/src/test/factories";
import { overall, recent } from "./recent";

const NOW = Date.parse("2026-11-22T11:00:00Z") / 1000;
const at = (
  finished_at: string,
  duration_seconds: number,
  state: "completed" | "failed" = "completed",
) => aJob({ finished_at, duration_seconds, state });

it("counts what ended, by spans of time", () => {
  const jobs = [
    at("2026-11-22T10:59:59Z", 4),
    at("2026-11-22T10:59:58Z", 2),
    at("2026-11-22T10:59:57Z", 9, "failed"),
    at("2026-11-22T10:00:01Z", 1),
    at("2026-11-22T08:00:00Z", 1),
  ];
  const { completed, failed, duration, span } = recent(jobs, true, NOW);
  expect(span).toBe(90);
  expect([completed[0], completed.at(-1), failed.at(-1)]).toEqual([1, 2, 1]);
  expect([duration[1], duration.at(-1)]).toEqual([null, 4]);
});

it("a list that was cut begins with its oldest job", () => {
  const { times, span } = recent([at("2026-11-22T10:58:20Z", 1)], false, NOW);
  expect(span).toBe(2.5);
  expect(times[0]).toBeCloseTo(NOW - 100 + 1.25);
});

it("all that runs is one bar", () => {
  const jobs = [aJob(), aJob({ progress: { done: 0, total: 1 } })];
  expect(overall(jobs)).toEqual({ done: 350, total: 1001 });
  expect(overall([])).toEqual({ done: 0, total: 0 });
});
