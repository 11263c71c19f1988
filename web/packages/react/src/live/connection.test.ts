import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JobEvent } from "../api/types";
import { anEvent } from "../test/factories";
import { FakeServer } from "../test/server";
import { LiveConnection, type LiveState } from "./connection";

let connection: LiveConnection;
let seen: JobEvent[];
let states: LiveState[];
let opened: boolean[];

beforeEach(() => {
  seen = [];
  states = [];
  opened = [];
  connection = new LiveConnection({ url: "http://node.test", retryMs: [5], silenceMs: 200 });
  connection.subscribe({
    onEvents: (events) => seen.push(...events),
    onState: (state) => states.push(state),
    onOpen: (resumed) => opened.push(resumed),
  });
});

afterEach(() => {
  connection.stop();
  vi.unstubAllGlobals();
});

const seqs = () => seen.map((event) => event.seq);

describe("the stream", () => {
  it("hands on events and goes on after a break where it was", async () => {
    const server = new FakeServer(() => ({ body: {} }));
    connection.start();
    await vi.waitFor(() => expect(states).toEqual(["live"]));
    server.send(7, anEvent({ seq: 7 }));
    await vi.waitFor(() => expect(seqs()).toEqual([7]));
    server.cut();
    await vi.waitFor(() => expect(server.connections).toEqual([null, "7"]));
    server.send(8, anEvent({ seq: 8 }));
    await vi.waitFor(() => expect(seqs()).toEqual([7, 8]));
    expect(opened).toEqual([false, true]);
  });

  it("that falls silent counts as broken", async () => {
    const server = new FakeServer(() => ({ body: {} }));
    connection.start();
    await vi.waitFor(() => expect(server.connections.length).toBeGreaterThan(1));
  });

  it("that cannot be had leads to polling, and back", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
    connection.start();
    await vi.waitFor(() => expect(states).toContain("polling"));
    const server = new FakeServer(() => ({ body: {} }));
    await vi.waitFor(() => expect(connection.state).toBe("live"));
    expect(server.connections).toEqual([null]);
  });

  it("carries the token, asked for anew each time", async () => {
    const tokens: (string | null)[] = [];
    vi.stubGlobal("fetch", (_url: string, init: RequestInit) => {
      tokens.push(new Headers(init.headers).get("authorization"));
      return Promise.resolve(new Response(null, { status: 401 }));
    });
    let count = 0;
    const own = new LiveConnection({
      retryMs: [5],
      token: () => {
        count += 1;
        return `pl_${count}`;
      },
    });
    own.start();
    await vi.waitFor(() => expect(tokens.slice(0, 2)).toEqual(["Bearer pl_1", "Bearer pl_2"]));
    own.stop();
  });
});
