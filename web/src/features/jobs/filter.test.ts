import { expect, it } from "vitest";
import { readJobsSearch } from "~/lib/search";
import { changed, countOf, toFilter } from "./filter";

it("an address becomes the API's conditions", () => {
  const search = readJobsSearch({ tab: "failed", q: 17, user: "ana", page: "x", nonsense: 1 });
  expect(search).toEqual({ tab: "failed", q: "17", user: "ana" });
  expect(toFilter(search)).toEqual({ state: "failed", q: "17", user: "ana" });
});

it("a tab that is unknown is the first", () => {
  expect(toFilter(readJobsSearch({ tab: "lost" })).state).toBe("running,pending,blocked,paused");
});

it("a state that is asked for counts more than the tab's", () => {
  expect(toFilter({ state: "paused" }).state).toBe("paused");
});

it("times are given as the API wants them, and nonsense is left out", () => {
  expect(toFilter({ tab: "all", after: "2026-11-22T10:00Z", before: "soon" })).toEqual({
    created_after: "2026-11-22T10:00:00.000Z",
  });
});

it("another filter begins at the first page", () => {
  expect(changed({ q: "a", cursor: "c", page: 3 }, { q: undefined, task: "t" })).toEqual({
    task: "t",
  });
});

it("tabs add up the states that they show", () => {
  const states = { running: 2, pending: 3, failed: 1 };
  expect([countOf(states, "active"), countOf(states, "all"), countOf(undefined, "all")]).toEqual([
    5,
    6,
    undefined,
  ]);
});
