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

  it("goes on where it began when it broke before its first event", async () => {
    const server = new FakeServer(() => ({ body: {} }));
    server.position = "41";
    connection.start();
    await vi.waitFor(() => expect(states).toEqual(["live"]));
    server.cut();
    await vi.waitFor(() => expect(server.connections).toEqual([null, "41"]));
    server.send(42, anEvent({ seq: 42 }));
    await vi.waitFor(() => expect(seqs()).toEqual([42]));
    expect(opened).toEqual([false, true]);
  });

  it("that begins elsewhere than was asked for is another one", async () => {
    const answer = (position: string) =>
      new Response(": listening\n\n", { headers: { "last-event-id": position } });
    const positions = ["9", "3"];
    vi.stubGlobal("fetch", () => Promise.resolve(answer(positions.shift() ?? "3")));
    connection.start();
    await vi.waitFor(() => expect(opened.length).toBeGreaterThan(2));
    expect(opened.slice(0, 3)).toEqual([false, false, true]);
  });

  it("that falls silent counts as broken", async () => {
    const server = new FakeServer(() => ({ body: {} }));
    connection.start();
    await vi.waitFor(() => expect(server.connections.length).toBeGreaterThan(1));
  });

  it("of a server that is away says so, and is back", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
    connection.start();
    await vi.waitFor(() => expect(states).toContain("away"));
    const server = new FakeServer(() => ({ body: {} }));
    await vi.waitFor(() => expect(connection.state).toBe("live"));
    expect(server.connections).toEqual([null]);
  });

  it.each([
    ["another answer", () => new Response("<p>no streams here</p>"), "polling"],
    ["an answer without a sign of life", () => new Response(new ReadableStream()), "polling"],
    ["a proxy's word that nobody is behind it", () => new Response(null, { status: 502 }), "away"],
    ["a refusal", () => new Response(null, { status: 401 }), "refused"],
  ])("that is %s is no stream", async (_, answer, state) => {
    vi.stubGlobal("fetch", () => Promise.resolve(answer()));
    const own = new LiveConnection({ retryMs: [5], firstSignMs: 20 });
    own.start();
    await vi.waitFor(() => expect(own.state).toBe(state));
    expect(own.lastHeard).toBe(0);
    own.stop();
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
