import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { rewrite } from "./rewrite";

const KEY = ["jobs", { state: "scheduled" }];

it("a list that was stale while it was held is read anew when it no longer is", async () => {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: 30_000 } } });
  let reads = 0;
  const options = { queryKey: KEY, queryFn: () => ({ reads: ++reads }) };
  const list = new QueryObserver(client, options);
  const stop = list.subscribe(() => undefined);
  await expect.poll(() => list.getCurrentResult().data).toEqual({ reads: 1 });
  list.setOptions({ ...options, enabled: false });
  await client.invalidateQueries({ queryKey: ["jobs"] });
  rewrite<{ reads: number }>(client, ["jobs"], (before) => ({ ...before, patched: true }));
  expect(list.getCurrentResult().data).toEqual({ reads: 1, patched: true });
  list.setOptions(options);
  await expect.poll(() => list.getCurrentResult().data).toEqual({ reads: 2 });
  stop();
});

it("a change does not make an answer younger, and no change is told to nobody", () => {
  const client = new QueryClient();
  client.setQueryData(KEY, { rows: 1 }, { updatedAt: 1000 });
  rewrite<{ rows: number }>(client, ["jobs"], () => ({ rows: 2 }));
  expect(client.getQueryState(KEY)).toMatchObject({ data: { rows: 2 }, dataUpdatedAt: 1000 });
  const told: string[] = [];
  client.getQueryCache().subscribe(({ type }) => told.push(type));
  rewrite<{ rows: number }>(client, ["jobs"], (same) => same);
  expect(told).toEqual([]);
});
