import { expect, it } from "vitest";
import { FASTEST_MS, nextPoll, type PollMemory, SLOWEST_MS } from "./polling";

it("does not ask while events come", () => {
  expect(nextPoll("live", undefined, 1, 1)).toBe(false);
});

it("asks ever less while nothing changes, and often again after a change", () => {
  const same = {};
  let memory = nextPoll("polling", undefined, same, 0) as PollMemory;
  expect(memory.interval).toBe(FASTEST_MS);
  for (let asked = 1; asked < 20; asked += 1)
    memory = nextPoll("polling", memory, same, asked) as PollMemory;
  expect(memory.interval).toBe(SLOWEST_MS);
  expect(nextPoll("polling", memory, {}, 20)).toMatchObject({ interval: FASTEST_MS });
});

it("does not put the next question off when the page is drawn again", () => {
  const memory = nextPoll("away", undefined, 1, 3) as PollMemory;
  expect(nextPoll("away", memory, 1, 3)).toBe(memory);
});
