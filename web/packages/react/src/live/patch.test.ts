import { describe, expect, it } from "vitest";
import { aJob, anEvent } from "../test/factories";
import { patchAll, patchJob } from "./patch";

describe("an event upon a job", () => {
  it("brings its counts, rate and time left", () => {
    const data = { total: 1000, succeeded: 598, failed: 2, running: 50, rate: 10 };
    const { progress } = patchJob(aJob(), anEvent({ data }));
    expect(progress).toMatchObject({ done: 600, remaining: 400, percent: 60, eta_seconds: 40 });
  });

  it("brings the state", () => {
    const event = anEvent({ type: "job.paused", state: "paused" });
    expect(patchJob(aJob(), event).state).toBe("paused");
  });

  it("of another job changes nothing", () => {
    const job = aJob();
    expect(patchJob(job, anEvent({ job: "other", state: "failed" }))).toBe(job);
  });

  it("that is older than what is shown does not take the bar back", () => {
    const job = aJob();
    const event = anEvent({ data: { total: 1000, succeeded: 100 } });
    expect(patchJob(job, event)).toBe(job);
  });

  it("moves the bar of a job without items by its fraction", () => {
    const unit = aJob({ progress: { total: 1, done: 0, succeeded: 0, failed: 0, percent: 10 } });
    const event = anEvent({ data: { total: 1, running: 1, fraction: 0.5, message: "half" } });
    expect(patchJob(unit, event).progress).toMatchObject({ percent: 50, message: "half" });
  });

  it("is one of many, taken in order", () => {
    const events = [
      anEvent({ data: { total: 1000, succeeded: 700 } }),
      anEvent({
        type: "job.completed",
        state: "completed",
        data: { total: 1000, succeeded: 1000 },
      }),
    ];
    expect(patchAll(aJob(), events)).toMatchObject({
      state: "completed",
      progress: { percent: 100 },
    });
  });
});
