// A job's log as it grows: read once, then whenever the stream of events says that lines came.
import { isTerminal, type Job, readEvents, useLiveState, usePaceline } from "@paceline/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { LogLines } from "./logLines";

/** Lines at first; a log may have millions. */
export const TAIL = 2000;
/** Time between two drawings while lines pour in. */
const DRAW_MS = 100;
const POLL_MS = 2000;

export type Log = {
  /** The same list for as long as it only grows: a copy of a million lines is dear. */
  lines: readonly string[];
  /** Another number whenever there are other lines. */
  version: number;
  dropped: number;
  /** The first reading is over. */
  ready: boolean;
  /** Only the last lines were asked for, and there are likely more. */
  cut: boolean;
  error: Error | null;
  loadAll: () => void;
};

type Drawn = Pick<Log, "lines" | "version" | "dropped" | "ready" | "error">;

const NOTHING: Drawn = { lines: [], version: 0, dropped: 0, ready: false, error: null };

export function useLog(job: Job): Log {
  const paceline = usePaceline();
  const polling = useLiveState() !== "live";
  const [whole, setWhole] = useState(false);
  const [drawn, setDrawn] = useState<Drawn>(NOTHING);
  const again = useRef<() => void>(() => undefined);
  const ended = isTerminal(job.state);
  const { id } = job;

  useEffect(() => {
    const stop = new AbortController();
    const held = new LogLines();
    let last: string | undefined;
    let reading = false;
    let asked = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    setDrawn(NOTHING);
    const draw = (ready: boolean, error: Error | null) => {
      clearTimeout(timer);
      timer = undefined;
      const { lines, dropped } = held;
      setDrawn(({ version }) => ({ lines, version: version + 1, dropped, ready, error }));
    };
    const read = async () => {
      if (reading) {
        asked = true;
        return;
      }
      reading = true;
      try {
        do {
          asked = false;
          const path = `/api/v1/jobs/${id}/log${whole || last ? "" : `?tail=${TAIL}`}`;
          const events = readEvents(paceline, { path, lastEventId: last, signal: stop.signal });
          for await (const { event, id: at, data } of events) {
            if (event === "end") break;
            held.append((JSON.parse(data) as { text: string }).text);
            last = at ?? last;
            timer ??= setTimeout(() => draw(false, null), DRAW_MS);
          }
        } while (asked && !stop.signal.aborted);
        if (!stop.signal.aborted) draw(true, null);
      } catch (error) {
        if (!stop.signal.aborted) draw(true, error as Error);
      } finally {
        reading = false;
      }
    };
    again.current = () => void read();
    void read();
    const leave = paceline.live.subscribe({
      onOpen: () => void read(),
      onEvents: (events) => {
        if (events.some((event) => event.job === id && event.type !== "job.progress")) void read();
      },
    });
    return () => {
      stop.abort();
      clearTimeout(timer);
      leave();
    };
  }, [id, whole, paceline]);

  useEffect(() => {
    if (ended || !polling) return;
    const timer = setInterval(() => again.current(), POLL_MS);
    return () => clearInterval(timer);
  }, [ended, polling]);

  const loadAll = useCallback(() => setWhole(true), []);
  return { ...drawn, cut: !whole && drawn.lines.length >= TAIL, loadAll };
}
