import { expect, it } from "vitest";
import {
  formatAgo,
  formatBytes,
  formatDuration,
  formatPercent,
  formatRate,
  waitText,
  withTimes,
} from "./format";

it.each([
  [0.015, "15ms"],
  [3.25, "3.2s"],
  [59.9, "59s"],
  [200, "3m 20s"],
  [7500, "2h 5m"],
  [7200, "2h"],
  [270_000, "3d 3h"],
  [null, "–"],
])("a duration of %s reads %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

it("only what is full reads 100%", () => {
  expect(formatPercent(99.97)).toBe("99%");
  expect(formatPercent(100)).toBe("100%");
});

it("reads rates, sizes and ages", () => {
  expect(formatRate(8.25)).toBe("8.3/s");
  expect(formatRate(0.1)).toBe("6/min");
  expect(formatBytes(1_294_000_000)).toBe("1.2 GiB");
  const now = Date.parse("2026-11-22T10:00:00Z");
  expect(formatAgo("2026-11-22T09:58:00Z", now)).toBe("2m ago");
  expect(formatAgo("2026-11-22T11:00:00Z", now)).toBe("in 1h");
});

it("the server's words have times that people read", () => {
  expect(withTimes("its start time, 2099-01-02T06:00:00Z")).toMatch(
    /^its start time, [12] Jan 2099, \d\d:00:00$/,
  );
  expect(withTimes("the queue is paused")).toBe("the queue is paused");
});

it("says what a job waits for, once", () => {
  expect(waitText(["waits for 1 of 2 jobs to complete: a (running)"])).toBe(
    "waits for 1 of 2 jobs to complete: a (running)",
  );
  expect(waitText(["its start time"])).toBe("waits for its start time");
  expect(waitText(["task report is paused", "no worker"])).toBe(
    "waits: task report is paused; no worker",
  );
});
