import { describe, expect, it } from "vitest";
import { usualText } from "./usual";

const statistics = { completed: 9, failed: 1, success_rate: 0.9 };

describe("how jobs usually went", () => {
  it("is said as it was measured", () => {
    const measured = { job_p50_seconds: 125, job_p95_seconds: 300, item_p50_ms: 500 };
    expect(usualText({ statistics: { ...statistics, ...measured } })).toBe(
      "Half of its jobs took up to 2m 5s, 95 of 100 up to 5m; half of the items up to 500ms",
    );
    expect(usualText({ statistics: { ...statistics, job_p50_seconds: 2 } })).toBe(
      "Half of its jobs took up to 2.0s",
    );
  });

  it("is not said where nothing ended", () => {
    expect(usualText({ statistics: { completed: 0, failed: 0 } })).toBeNull();
  });
});
