// How often to ask while there is no stream: often while something changes, ever less while
// nothing does. Pure.
import type { LiveState } from "./connection";

/** What came of the last question, and when to ask again. */
export type PollMemory = { data: unknown; asked: number; interval: number };

export const FASTEST_MS = 1500;
export const SLOWEST_MS = 15_000;

/**
 * The next interval; `false` is never. `asked` counts the questions that are over: a page is drawn
 * more often than it asks, and drawing it must not put the next question off.
 */
export function nextPoll(
  live: LiveState,
  memory: PollMemory | undefined,
  data: unknown,
  asked: number,
): PollMemory | false {
  if (live === "live") return false;
  if (memory?.asked === asked) return memory;
  if (!memory || memory.data !== data) return { data, asked, interval: FASTEST_MS };
  return { data, asked, interval: Math.min(SLOWEST_MS, Math.round(memory.interval * 1.5)) };
}
