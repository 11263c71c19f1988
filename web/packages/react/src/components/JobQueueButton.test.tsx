import { fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { aJob } from "../test/factories";
import { type Call, FakeServer, renderLive } from "../test/server";
import { JobQueueButton } from "./JobQueueButton";

afterEach(() => vi.unstubAllGlobals());

const job = aJob();

function answer(call: Call) {
  if (call.method === "POST") {
    const detail = "the job is completed and cannot be paused";
    return { status: 409, body: { code: "wrong_state", title: "Conflict", detail, status: 409 } };
  }
  const ended = call.search.get("state")?.startsWith("completed");
  return { body: { items: ended ? [] : [job], next_cursor: null, total: ended ? 0 : 1 } };
}

it("counts what is unfinished and opens the list", async () => {
  new FakeServer(answer);
  renderLive(<JobQueueButton filter={{ user: "ana" }} title="Your jobs" />);
  const button = await screen.findByRole("button", { name: "Your jobs: 1 unfinished job" });
  fireEvent.click(button);
  await screen.findByRole("dialog", { name: "Your jobs" });
  expect((await screen.findByRole("listitem")).textContent).toContain(job.name);
});

it("has a name that holds what its badge says", async () => {
  new FakeServer(() => ({ body: { items: [], next_cursor: null, total: 1234 } }));
  renderLive(<JobQueueButton />);
  const button = await screen.findByRole("button", { name: "Jobs: 99+ unfinished jobs (1,234)" });
  expect(button.textContent).toBe("99+");
});

it("calls jobs what the page calls them", async () => {
  new FakeServer(answer);
  renderLive(<JobQueueButton nameOf={({ task }) => `the ${task} of today`} />);
  fireEvent.click(await screen.findByRole("button", { name: /1 unfinished job/ }));
  const entry = await screen.findByRole("listitem");
  expect(entry.textContent).toContain(`the ${job.task} of today`);
  await screen.findByRole("button", { name: `Pause the ${job.task} of today` });
});

it("takes an action back when the server refuses, and says why", async () => {
  new FakeServer(answer);
  renderLive(<JobQueueButton />);
  fireEvent.click(await screen.findByRole("button", { name: /1 unfinished job/ }));
  fireEvent.click(await screen.findByRole("button", { name: `Pause ${job.name}` }));
  await screen.findByText("the job is completed and cannot be paused");
  await waitFor(() => expect(screen.getByText("Running")).toBeTruthy());
});

it("asks before it cancels, and does nothing when the job is to be kept", async () => {
  const server = new FakeServer(answer);
  renderLive(<JobQueueButton />);
  fireEvent.click(await screen.findByRole("button", { name: /1 unfinished job/ }));
  const cancel = { name: `Cancel ${job.name}` };
  const posted = () => server.calls.filter(({ method }) => method === "POST");

  fireEvent.click(await screen.findByRole("button", cancel));
  const dialog = await screen.findByRole("alertdialog", { name: `Cancel ${job.name}?` });
  expect(dialog.textContent).toContain("It is running");
  expect(dialog.textContent).toContain("650 items will not be run");
  fireEvent.click(screen.getByRole("button", { name: "Keep as it is" }));
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  expect(posted()).toEqual([]);

  fireEvent.click(await screen.findByRole("button", cancel));
  fireEvent.click(await screen.findByRole("button", { name: "Cancel" }));
  await waitFor(() =>
    expect(posted().map(({ path }) => path)).toEqual([`/api/v1/jobs/${job.id}/cancel`]),
  );
});
