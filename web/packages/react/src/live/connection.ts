// The one stream of events that a page holds, whatever it shows.
//
// It goes on after a break where it was (`Last-Event-ID`), so that nothing is missed, also when it
// broke before its first event: the answer says where it begins. While it cannot be had, `state`
// says why, and who shows something asks from time to time instead.
import { EventSourceParserStream } from "eventsource-parser/stream";
import { authorization, type Token, withoutSlash } from "../api/client";
import type { JobEvent } from "../api/types";

/**
 * - `polling`: the server answers, but something between holds its stream back.
 * - `away`: nobody answers.
 * - `refused`: who asks is not known any more, or may not.
 */
export type LiveState = "connecting" | "live" | "polling" | "away" | "refused";

export type LiveListener = {
  /** Events in their order, some at a time. */
  onEvents?: (events: JobEvent[]) => void;
  /** The stream is there; `resumed` when it goes on where it broke off. */
  onOpen?: (resumed: boolean) => void;
  onState?: (state: LiveState) => void;
};

export type LiveOptions = {
  url?: string;
  token?: Token;
  fetch?: typeof fetch;
  /** Time after which a stream without any sign of life counts as broken. */
  silenceMs?: number;
  /** The first sign of life comes with the answer's head, unless a proxy holds it back. */
  firstSignMs?: number;
  /** Waits between attempts; the last one is used from then on. */
  retryMs?: number[];
};

/** Events that arrive together are handed on together: one drawing for all of them. */
const GATHER_MS = 50;
/** Attempts that fail before it is called more than a hiccup. */
const PATIENCE = 2;

/** The stream could not be had although somebody answered. */
class NoStream extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`no stream: status ${status}`);
    this.status = status;
  }
}

/** What a failed attempt says of the server. */
function stateAfter(cause: unknown): LiveState {
  if (!(cause instanceof NoStream)) return "away";
  if (cause.status === 401 || cause.status === 403) return "refused";
  // A proxy that finds nobody behind it says so in these words.
  return [502, 503, 504].includes(cause.status) ? "away" : "polling";
}

export class LiveConnection {
  private readonly options: LiveOptions;
  private readonly listeners = new Set<LiveListener>();
  private abort: AbortController | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private gather: ReturnType<typeof setTimeout> | undefined;
  private waiting: JobEvent[] = [];
  private lastEventId: string | null = null;
  private failures = 0;
  private current: LiveState = "connecting";
  private heard = 0;

  constructor(options: LiveOptions) {
    this.options = options;
  }

  get state(): LiveState {
    return this.current;
  }

  /** When the stream last gave a sign of life, in milliseconds since 1970; 0 is never. */
  get lastHeard(): number {
    return this.heard;
  }

  subscribe(listener: LiveListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  start(): void {
    if (this.abort) return;
    this.abort = new AbortController();
    void this.run(this.abort);
  }

  stop(): void {
    this.abort?.abort();
    this.abort = null;
    clearTimeout(this.retry);
    clearTimeout(this.gather);
    this.gather = undefined;
    this.waiting = [];
  }

  /** Tries again at once: the network is back, or somebody looks at the page again. */
  nudge(): void {
    if (!this.abort || this.current === "live" || this.retry === undefined) return;
    clearTimeout(this.retry);
    this.retry = undefined;
    void this.run(this.abort);
  }

  private async run(owner: AbortController): Promise<void> {
    const attempt = new AbortController();
    const stop = () => attempt.abort();
    owner.signal.addEventListener("abort", stop, { once: true });
    let why: LiveState = "connecting";
    try {
      await this.read(attempt);
    } catch (cause) {
      why = stateAfter(cause);
    }
    attempt.abort();
    owner.signal.removeEventListener("abort", stop);
    if (owner.signal.aborted) return;
    this.failures += 1;
    // Somebody who answers in another way will go on doing so.
    const patient = why === "away" && this.failures <= PATIENCE;
    this.setState(patient ? "connecting" : why);
    const waits = this.options.retryMs ?? [300, 1000, 2000, 4000, 8000, 15000];
    const wait = waits[Math.min(this.failures, waits.length) - 1] ?? 1000;
    // Spread, so that not all pages come at once to a server that has started again.
    this.retry = setTimeout(
      () => {
        this.retry = undefined;
        void this.run(owner);
      },
      wait * (0.75 + Math.random() / 2),
    );
  }

  private async read(attempt: AbortController): Promise<void> {
    const { url = "", token, silenceMs = 40_000, firstSignMs = 5000 } = this.options;
    const fetcher = this.options.fetch ?? globalThis.fetch;
    const asked = this.lastEventId;
    let begins: string | null = null;
    let open = false;
    let late = false;
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    const watch = (ms: number) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => {
        late = true;
        attempt.abort();
      }, ms);
    };
    const alive = () => {
      watch(silenceMs);
      this.heard = Date.now();
      // Not with the answer's head: a proxy that gathers the stream passes that on too.
      if (!open) this.opened(asked !== null && (begins === null || begins === asked));
      open = true;
    };
    watch(firstSignMs);
    try {
      const response = await fetcher(`${withoutSlash(url)}/api/v1/events`, {
        headers: {
          Accept: "text/event-stream",
          ...(asked !== null && { "Last-Event-ID": asked }),
          ...(await authorization(token)),
        },
        cache: "no-store",
        signal: attempt.signal,
      });
      if (!response.ok || !response.body) throw new NoStream(response.status);
      begins = response.headers.get("last-event-id");
      if (begins !== null) this.lastEventId = begins;
      const events = response.body
        .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>, attempt)
        .pipeThrough(new EventSourceParserStream({ onComment: alive }))
        .getReader();
      for (;;) {
        const { done, value } = await events.read();
        if (done && !open) throw new NoStream(response.status);
        if (done) return;
        alive();
        if (value.id !== undefined) this.lastEventId = value.id;
        this.take(value.data);
      }
    } catch (cause) {
      // Taken, and then held back: a server that is away refuses at once.
      throw late && !open ? new NoStream(200) : cause;
    } finally {
      clearTimeout(watchdog);
    }
  }

  private opened(resumed: boolean): void {
    this.failures = 0;
    this.setState("live");
    for (const listener of this.listeners) listener.onOpen?.(resumed);
  }

  private take(data: string): void {
    try {
      this.waiting.push(JSON.parse(data) as JobEvent);
    } catch {
      return;
    }
    this.gather ??= setTimeout(() => {
      this.gather = undefined;
      const events = this.waiting;
      this.waiting = [];
      for (const listener of this.listeners) listener.onEvents?.(events);
    }, GATHER_MS);
  }

  private setState(state: LiveState): void {
    if (state === this.current) return;
    this.current = state;
    for (const listener of this.listeners) listener.onState?.(state);
  }
}
