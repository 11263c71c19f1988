import { expect, it } from "vitest";
import { FASTEST_MS, nextPoll, type PollMemory, SLOWEST_MS } from "./polling";

it("does not ask while events come", () => {
  expect(nextPoll("live", undefined, 1)).toBe(false);
});

it("asks ever less while nothing changes, and often again after a change", () => {
  const same = {};
  let memory = nextPoll("polling", undefined, same) as PollMemory;
  expect(memory.interval).toBe(FASTEST_MS);
  for (let asked = 0; asked < 20; asked += 1)
    memory = nextPoll("polling", memory, same) as PollMemory;
  expect(memory.interval).toBe(SLOWEST_MS);
  expect(nextPoll("polling", memory, {})).toMatchObject({ interval: FASTEST_MS });
});
