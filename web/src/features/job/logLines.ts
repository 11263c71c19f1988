// The lines of a log that a page holds: many, but not without end. No clock, no network.

/** More than these are let go of, the oldest first: a browser draws no taller list. */
export const MOST_LINES = 800_000;
/** A line that is longer is cut where it is shown; the download has it whole. */
export const LONGEST = 4000;

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals' colours begin with one
const COLOURS = /\u001b\[[0-9;]*[A-Za-z]/g;

/** What the node puts before a log of which it has removed the beginning. */
const REMOVED = "… older lines were removed";

export function isShortened(lines: readonly string[]): boolean {
  return lines[0]?.startsWith(REMOVED) ?? false;
}

export class LogLines {
  lines: string[] = [];
  /** How many of the oldest were let go of. */
  dropped = 0;

  append(text: string): void {
    const lines = text.split("\n");
    // A piece ends with its last line's end, after which there is no line.
    if (lines.at(-1) === "") lines.pop();
    for (const line of lines) {
      const clean = line.includes("\u001b") ? line.replace(COLOURS, "") : line;
      this.lines.push(clean.length > LONGEST ? `${clean.slice(0, LONGEST)} …` : clean);
    }
    // A tenth more than allowed before anything moves, so that it seldom does.
    if (this.lines.length > MOST_LINES * 1.1) {
      const old = this.lines.length - MOST_LINES;
      this.lines = this.lines.slice(old);
      this.dropped += old;
    }
  }
}

const SLICE = 20_000;

/** Numbers of the lines that hold the text, found without keeping the page busy. */
export async function findLines(
  lines: readonly string[],
  text: string,
  signal: AbortSignal,
): Promise<number[]> {
  const wanted = text.toLowerCase();
  const found: number[] = [];
  for (let from = 0; from < lines.length; from += SLICE) {
    const to = Math.min(lines.length, from + SLICE);
    for (let place = from; place < to; place += 1) {
      if (lines[place]?.toLowerCase().includes(wanted)) found.push(place);
    }
    await new Promise((resolve) => setTimeout(resolve));
    if (signal.aborted) return [];
  }
  return found;
}
