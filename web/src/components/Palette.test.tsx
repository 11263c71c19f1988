import { PacelineProvider } from "@paceline/react";
import {
  createMemoryHistory,
  createRootRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { aJob } from "../../packages/react/src/test/factories";
import { FakeServer } from "../../packages/react/src/test/server";
import Palette from "./Palette";

beforeEach(() => {
  // What a browser has and this one has not.
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      disconnect() {}
      unobserve() {}
    },
  );
  Element.prototype.scrollIntoView = () => undefined;
});

afterEach(() => vi.unstubAllGlobals());

async function open() {
  const component = () => <Palette onClose={() => undefined} showHelp={() => undefined} />;
  const routeTree = createRootRoute({ component });
  const router = createRouter({ routeTree, history: createMemoryHistory() });
  render(
    <PacelineProvider url="http://node.test">
      <RouterProvider router={router as never} />
    </PacelineProvider>,
  );
  return { router, field: await screen.findByPlaceholderText(/A page or a job/) };
}

const marked = () => screen.queryByRole("option", { selected: true })?.textContent ?? "none";

it("one letter and Enter lead to the page that it finds", async () => {
  new FakeServer(() => ({ body: { items: [], next_cursor: null, total: 0 } }));
  const { field, router } = await open();
  await act(async () => fireEvent.change(field, { target: { value: "q" } }));
  await waitFor(() => expect(marked()).toBe("Queues"));
  fireEvent.keyDown(field, { key: "Enter" });
  await waitFor(() => expect(router.state.location.pathname).toBe("/queues"));
});

it("the first job is marked when those that were listed before are gone", async () => {
  const before = [aJob({ id: "1", name: "report-1" }), aJob({ id: "2", name: "report-2" })];
  const found = aJob({ id: "3", name: "predict-zz" });
  new FakeServer(({ search }) => {
    const items = search.get("q") === "zz" ? [found] : before;
    return { body: { items, next_cursor: null, total: items.length } };
  });
  const { field } = await open();
  await screen.findByText("report-1");
  await act(async () => fireEvent.change(field, { target: { value: "zz" } }));
  await screen.findByText("predict-zz");
  await waitFor(() => expect(marked()).toContain("predict-zz"));
});
