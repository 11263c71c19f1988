import { describe, expect, it } from "vitest";
import type { TaskHistory } from "~/lib/shapes";
import { toLines } from "./history";

type Bucket = TaskHistory["buckets"][number];

const NO_JOBS: Bucket["jobs"] = { completed: 0, failed: 0 };
const NO_ITEMS: Bucket["items"] = { succeeded: 0, failed: 0 };

const history = (...buckets: Partial<Bucket>[]): TaskHistory => ({
  task: "t",
  bucket_seconds: 3600,
  buckets: buckets.map((more, place) => ({
    at: `2026-11-26T0${place}:00:00Z`,
    jobs: NO_JOBS,
    items: NO_ITEMS,
    ...more,
  })),
});

describe("a task's history", () => {
  it("is drawn at the middle of each span, with nothing where nothing ended", () => {
    const lines = toLines(
      history(
        {
          jobs: { completed: 3, failed: 1, success_rate: 0.75, p50_seconds: 2, p95_seconds: 4 },
          items: { succeeded: 40, failed: 2, p50_ms: 250, p95_ms: 500, p99_ms: 900 },
        },
        {},
      ),
    );
    expect(lines.times).toEqual([Date.UTC(2026, 10, 26, 0, 30) / 1000, lines.times[1]]);
    expect([lines.completed, lines.failed]).toEqual([
      [3, 0],
      [1, 0],
    ]);
    expect(lines.success).toEqual([75, null]);
    expect(lines.jobs).toEqual({ p50: [2, null], p95: [4, null], p99: [null, null] });
    expect(lines.items).toEqual({ p50: [0.25, null], p95: [0.5, null], p99: [0.9, null] });
    expect(lines.empty).toBe(false);
  });

  it("does not tell twice of jobs that are one call each", () => {
    const lines = toLines(
      history({
        jobs: { completed: 2, failed: 0, p50_seconds: 1 },
        items: { succeeded: 2, failed: 0, p50_ms: 1000 },
      }),
    );
    expect(lines.items).toBeNull();
  });

  it("of a task that never ran is empty", () => {
    expect(toLines(history({}, {})).empty).toBe(true);
  });
});
