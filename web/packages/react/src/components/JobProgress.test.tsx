import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { aJob, anEvent } from "../test/factories";
import { FakeServer, renderLive } from "../test/server";
import { JobProgress } from "./JobProgress";

afterEach(() => vi.unstubAllGlobals());

it("shows a job's progress and calls when it ends", async () => {
  let job = aJob();
  const server = new FakeServer(() => ({ body: job }));
  const onEnd = vi.fn();
  renderLive(<JobProgress id={job.id} onEnd={onEnd} />);
  await screen.findByText(/350 of 1,000/);
  expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("35");
  await waitFor(() => expect(server.connections.length).toBe(1));
  job = aJob({
    state: "completed",
    progress: { done: 1000, succeeded: 1000, failed: 0, percent: 100 },
  });
  const data = { total: 1000, succeeded: 1000 };
  server.send(1, anEvent({ type: "job.completed", state: "completed", data }));
  await screen.findByText("Completed");
  expect(onEnd).toHaveBeenCalledTimes(1);
});

it("says what is wrong when there is no such job", async () => {
  const body = { code: "no_such_job", title: "No such job", detail: "no job x", status: 404 };
  new FakeServer(() => ({ status: 404, body }));
  renderLive(<JobProgress id="x" />);
  expect((await screen.findByRole("alert")).textContent).toBe("no job x");
});
