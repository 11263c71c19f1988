import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { aJob, anEvent } from "../test/factories";
import { LiveSync } from "./sync";

const client = new QueryClient();
const sync = new LiveSync(client);

beforeEach(() => {
  vi.useFakeTimers();
  client.clear();
});

afterEach(() => {
  sync.stop();
  vi.useRealTimers();
});

it("asks again for the jobs that are shown, and for none of the thousands that are not", () => {
  const shown = aJob();
  client.setQueryData(["job", shown.id], shown);
  const asked = vi.spyOn(client, "invalidateQueries");
  const others = Array.from({ length: 5000 }, (_, seq) => anEvent({ seq, job: `other-${seq}` }));
  sync.apply([...others, anEvent({ seq: 5000, job: shown.id })]);
  vi.runAllTimers();
  const keys = asked.mock.calls.map(([filters]) => filters?.queryKey?.join("/"));
  expect(keys).toEqual(expect.arrayContaining([`job/${shown.id}`, `job-part/${shown.id}`]));
  expect(keys.filter((key) => key?.includes("other"))).toEqual([]);
  expect(keys.length).toBeLessThan(10);
});
