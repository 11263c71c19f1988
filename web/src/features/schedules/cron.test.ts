import { expect, it } from "vitest";
import { inZone, nextRuns, words } from "./cron";

it("says a cron expression in words", () => {
  expect(words("0 6 * * *")).toBe("At 06:00");
  expect(words("@daily")).toBe("At 00:00");
  expect(words("61 * * * *")).toBeNull();
});

it("knows the next runs by the clocks of the zone", () => {
  const now = new Date("2026-10-24T12:00:00Z");
  const runs = nextRuns("0 6 * * *", "Europe/Paris", now) ?? [];
  // The clocks go back on 25 October.
  expect(runs.slice(0, 2).map((run) => run.toISOString())).toEqual([
    "2026-10-25T05:00:00.000Z",
    "2026-10-26T05:00:00.000Z",
  ]);
  expect(runs).toHaveLength(5);
  expect(inZone(runs[0] as Date, "Europe/Paris")).toContain("06:00");
  expect(nextRuns("0 6 * * *", "Mars/Olympus", now)).toBeNull();
});
