// How often to ask while there is no stream: often while something changes, ever less while
// nothing does. Pure.
import type { LiveState } from "./connection";

export type PollMemory = { data: unknown; interval: number };

export const FASTEST_MS = 1500;
export const SLOWEST_MS = 15_000;

/** The next interval; `false` is never. */
export function nextPoll(
  live: LiveState,
  memory: PollMemory | undefined,
  data: unknown,
): PollMemory | false {
  if (live === "live") return false;
  if (!memory || memory.data !== data) return { data, interval: FASTEST_MS };
  return { data, interval: Math.min(SLOWEST_MS, Math.round(memory.interval * 1.5)) };
}
