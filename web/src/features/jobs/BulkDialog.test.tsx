import { screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { aJob } from "../../../packages/react/src/test/factories";
import { type Call, FakeServer, renderLive } from "../../../packages/react/src/test/server";
import { BulkDialog } from "./BulkDialog";
import type { Selection } from "./selection";

afterEach(() => vi.unstubAllGlobals());

const counts = { states: { running: 3, pending: 9, completed: 40 }, at_least: [] };

function answer(call: Call) {
  if (call.path === "/api/v1/jobs/counts") return { body: counts };
  return { body: { matched: 12, changed: 12, refused: [] } };
}

function ask(selection: Selection, jobs = [aJob()]) {
  const nothing = () => undefined;
  return renderLive(
    <BulkDialog
      action={{ verb: "cancel" }}
      selection={selection}
      jobs={jobs}
      onClose={nothing}
      onDone={nothing}
    />,
  );
}

it("says how many of all that match run", async () => {
  const server = new FakeServer(answer);
  ask({ kind: "all", filter: { user: "ana", state: "running,pending" } });
  const dialog = await screen.findByRole("alertdialog", { name: "Cancel 12 jobs?" });
  await screen.findByText("3 of the chosen are running.");
  const asked = server.calls.find(({ path }) => path === "/api/v1/jobs/counts");
  expect([...(asked?.search ?? [])]).toEqual([["user", "ana"]]);
  expect(dialog.textContent).toContain("stopped after the grace");
});

it("does not count where none of them can run", async () => {
  const server = new FakeServer(answer);
  ask({ kind: "all", filter: { state: "scheduled" } });
  await screen.findByRole("alertdialog", { name: "Cancel 12 jobs?" });
  expect(screen.queryByText(/running\./)).toBeNull();
  expect(server.calls.map(({ path }) => path)).not.toContain("/api/v1/jobs/counts");
});

it("says how many of the ticked jobs run", async () => {
  new FakeServer(answer);
  const waits = aJob({ id: "019aaaaa-0000-7000-8000-000000000002", state: "pending" });
  const runs = aJob();
  ask({ kind: "some", ids: new Set([runs.id, waits.id]) }, [runs, waits]);
  await screen.findByText("1 of the chosen is running.");
});
