import { expect, it } from "vitest";
import { aJob, anEvent } from "../../../packages/react/src/test/factories";
import { BOX, place } from "./graphLayout";
import { shownState } from "./JobItems";
import { partsOf } from "./JobParts";
import { toSeries } from "./plots";
import { said } from "./said";

it("failures are looked at first, unless another state is asked for", () => {
  expect(shownState(aJob(), undefined)).toBe("failed");
  expect(shownState(aJob({ progress: { failed: 0 } }), undefined)).toBeUndefined();
  expect(shownState(aJob(), "all")).toBeUndefined();
  expect(shownState(aJob(), "succeeded")).toBe("succeeded");
});

it("a job without items begins with its log", () => {
  expect(partsOf(aJob({ kind: "unit" }))[0]).toBe("log");
  expect(partsOf(aJob({ kind: "planned" }))[0]).toBe("items");
});

it("every job has a place for its result", () => {
  for (const kind of ["unit", "items", "planned"] as const) {
    expect(partsOf(aJob({ kind }))).toContain("result");
  }
});

it("busy cores are what was used between two samples", () => {
  const sample = (t: string, cpu_seconds: number | null) => ({ t, done: 1, cpu_seconds });
  const series = toSeries([
    sample("2026-11-22T10:00:00Z", 10),
    sample("2026-11-22T10:00:10Z", 25),
    // A worker was replaced.
    sample("2026-11-22T10:00:20Z", 2),
    sample("2026-11-22T10:00:30Z", null),
  ]);
  expect(series.cores).toEqual([null, 1.5, null, null]);
});

it("events are said in words", () => {
  const data = { total: 100, succeeded: 98, failed: 2 };
  expect(said(anEvent({ type: "job.completed", data }))).toEqual([
    "Completed",
    "98 of 100 succeeded · 2 failed",
  ]);
  const error = { kind: "handler", message: "no" };
  expect(said(anEvent({ type: "job.failed", data: { attempt: 2, error } }))).toEqual([
    "Failed",
    "attempt 2 · handler: no",
  ]);
});

it("what is waited for stands to the left", () => {
  const node = (id: string, after: string[] = []) => ({
    id,
    name: id,
    task: "t",
    state: "pending" as const,
    after,
  });
  const { boxes, lines } = place({
    job: node("b", ["a"]),
    ancestors: [node("a")],
    descendants: [node("c", ["b", "gone"])],
    truncated: false,
  });
  const x = Object.fromEntries(boxes.map((box) => [box.node.id, box.x]));
  expect((x.a ?? 0) + BOX.width).toBeLessThan(x.b ?? 0);
  expect(lines.map((line) => line.id)).toEqual(["a b", "b c"]);
});
