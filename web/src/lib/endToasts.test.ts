import { expect, it } from "vitest";
import { anEvent } from "../../packages/react/src/test/factories";
import { endings } from "./endToasts";

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
