// A proxy before a node: below a path, as docs/guides/dashboard.md tells, or in the way.
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";

export const PREFIX = "/tools/paceline";

/**
 * What becomes of a call: it is passed on, answered here, answered with a head and nothing after
 * it, or never answered.
 */
export type Fate = "pass" | "head" | "hold" | { status: number; body?: string };
export type Rule = (call: { method: string; path: string }) => Fate;

export type Call = { at: number; method: string; path: string };

export class Gate {
  readonly url: string;
  /** All calls, in their order. */
  readonly calls: Call[] = [];
  /** Numbers of the events that were passed on. */
  readonly events: number[] = [];
  rule: Rule = () => "pass";
  readonly #prefix: string;
  readonly #target: URL;
  readonly #server = createServer((incoming, outgoing) => this.#take(incoming, outgoing));

  private constructor(target: string, prefix: string, port: number) {
    this.#target = new URL(target);
    this.#prefix = prefix;
    this.url = `http://127.0.0.1:${port}${prefix}`;
  }

  static async start(target: string, prefix = ""): Promise<Gate> {
    const probe = createServer();
    await new Promise<void>((resume) => probe.listen(0, "127.0.0.1", resume));
    const { port } = probe.address() as AddressInfo;
    await new Promise<void>((resume) => probe.close(() => resume()));
    const proxy = new Gate(target, prefix, port);
    await new Promise<void>((resume) => proxy.#server.listen(port, "127.0.0.1", resume));
    return proxy;
  }

  /** From now on; what is open is broken off, so that it holds for that too. */
  obey(rule: Rule): void {
    this.rule = rule;
    this.#server.closeAllConnections();
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #take(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const asked = incoming.url ?? "/";
    if (!asked.startsWith(`${this.#prefix}/`)) {
      outgoing.writeHead(404).end();
      return;
    }
    const call = { method: incoming.method ?? "GET", path: asked.slice(this.#prefix.length) };
    this.calls.push({ at: Date.now(), ...call });
    const fate = this.rule(call);
    if (fate === "pass") this.#pass(call.path, incoming, outgoing);
    else if (fate === "head") outgoing.writeHead(200, EVENTS).flushHeaders();
    else if (fate !== "hold") outgoing.writeHead(fate.status, HTML).end(fate.body ?? "");
  }

  #pass(path: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { hostname, port, host } = this.#target;
    const { origin: _, ...headers } = incoming.headers;
    const options = { hostname, port, path, method: incoming.method };
    const forwarded = request({ ...options, headers: { ...headers, host } }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (path.startsWith("/api/v1/events")) answer.on("data", (bytes) => this.#note(bytes));
      // What breaks off before it is whole breaks off here too.
      pipeline(answer, outgoing, () => undefined);
    });
    forwarded.on("error", () => outgoing.destroy());
    outgoing.on("close", () => forwarded.destroy());
    incoming.pipe(forwarded);
  }

  /** Small pieces come whole: the node writes an event at a time. */
  #note(bytes: Buffer): void {
    for (const [, id] of bytes.toString().matchAll(/^id: ?([0-9]+)$/gm)) {
      this.events.push(Number(id));
    }
  }
}

const HTML = { "content-type": "text/html" };
const EVENTS = { "content-type": "text/event-stream" };
