import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { aJob, anEvent } from "../test/factories";
import { FakeServer, renderLive } from "../test/server";
import { JobTable } from "./JobTable";

afterEach(() => vi.unstubAllGlobals());

const first = aJob();
const second = aJob({
  id: "019aaaaa-0000-7000-8000-000000000002",
  name: "report-1",
  state: "failed",
});

function serve(items = [first, second]) {
  return new FakeServer(() => ({ body: { items, next_cursor: null, total: items.length } }));
}

it("shows jobs, asked for as it was told", async () => {
  const server = serve();
  renderLive(<JobTable filter={{ user: "ana" }} limit={5} href={(job) => `/jobs/${job.id}`} />);
  const link = await screen.findByRole("link", { name: first.name });
  expect(link.getAttribute("href")).toBe(`/jobs/${first.id}`);
  const asked = server.calls[0]?.search;
  expect([asked?.get("user"), asked?.get("limit")]).toEqual(["ana", "5"]);
  const row = screen.getByText("report-1").closest("tr") as HTMLElement;
  expect(within(row).getByText("Failed")).toBeTruthy();
});

it("moves with the events", async () => {
  const server = serve([first]);
  renderLive(<JobTable />);
  await screen.findByText(/350\/1,000/);
  await waitFor(() => expect(server.connections.length).toBe(1));
  server.send(1, anEvent({ data: { total: 1000, succeeded: 898, failed: 2, running: 50 } }));
  await screen.findByText(/900\/1,000/);
});

it("says what to sort by, and which rows were chosen", async () => {
  serve();
  const onSort = vi.fn();
  const onSelect = vi.fn();
  renderLive(<JobTable onSort={onSort} selection={new Set()} onSelect={onSelect} />);
  fireEvent.click(await screen.findByRole("button", { name: "Created" }));
  expect(onSort).toHaveBeenCalledWith("created_at");
  fireEvent.click(screen.getByRole("checkbox", { name: "Select report-1" }));
  expect(onSelect).toHaveBeenCalledWith(new Set([second.id]));
});

it("shows the server's own words when it refuses", async () => {
  const body = {
    code: "forbidden",
    title: "Forbidden",
    detail: "a viewer's token is needed",
    status: 403,
  };
  new FakeServer(() => ({ status: 403, body }));
  renderLive(<JobTable />);
  expect((await screen.findByRole("alert")).textContent).toBe("a viewer's token is needed");
});
