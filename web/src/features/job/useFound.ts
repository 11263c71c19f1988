import { useEffect, useRef, useState } from "react";
import { findLines } from "./logLines";
import type { Log } from "./useLog";

export type Found = {
  lines: readonly number[];
  /** Which of them is looked at. */
  place: number;
  /** Its line; -1 is none. */
  current: number;
  step: (by: 1 | -1) => void;
};

/** Lines that hold the text; the last one is gone to first, for it is the newest. */
export function useFound(
  { lines, version }: Pick<Log, "lines" | "version">,
  text: string,
  goTo: (line: number) => void,
): Found {
  const [found, setFound] = useState<{ text: string; lines: number[] }>({ text: "", lines: [] });
  const [place, setPlace] = useState(0);
  const go = useRef(goTo);
  go.current = goTo;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version tells when lines have come
  useEffect(() => {
    if (!text) {
      setFound((before) => (before.lines.length === 0 ? before : { text, lines: [] }));
      return;
    }
    const stop = new AbortController();
    // Once the typing rests, or lines have come.
    const timer = setTimeout(async () => {
      const next = await findLines(lines, text, stop.signal);
      if (stop.signal.aborted) return;
      setFound((before) => {
        if (before.text !== text) {
          setPlace(Math.max(0, next.length - 1));
          const last = next.at(-1);
          if (last !== undefined) go.current(last);
        }
        return { text, lines: next };
      });
    }, 200);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [version, text]);
  const step = (by: 1 | -1) => {
    const count = found.lines.length;
    if (count === 0) return;
    const next = (place + by + count) % count;
    setPlace(next);
    goTo(found.lines[next] ?? 0);
  };
  return { lines: found.lines, place, current: found.lines[place] ?? -1, step };
}
