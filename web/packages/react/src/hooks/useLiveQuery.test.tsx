import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { FakeServer, renderLive } from "../test/server";
import { useLiveQuery } from "./useLiveQuery";

afterEach(() => vi.unstubAllGlobals());

/** How often it was asked, when `every` is as given. */
function Counter({ every }: { every?: number }) {
  const { data } = useLiveQuery({ key: ["n", every], read, ...(every && { every }) });
  return <p>asked {data ?? 0} times</p>;
}

let asked = 0;
const read = async () => ++asked;

it("asks at intervals for what changes without an event, although events come", async () => {
  asked = 0;
  const server = new FakeServer(() => ({ body: {} }));
  renderLive(<Counter every={50} />);
  await waitFor(() => expect(server.connections.length).toBe(1));
  await screen.findByText(/asked [4-9] times/);
});
