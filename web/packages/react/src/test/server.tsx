// A node that answers from a table, and a stream of events that the test feeds.
import { render } from "@testing-library/react";
import type { ReactElement } from "react";
import { vi } from "vitest";
import { PacelineProvider } from "../context";

export type Call = { method: string; path: string; search: URLSearchParams; body: unknown };
type Answer = { status?: number; body: unknown };

export class FakeServer {
  readonly calls: Call[] = [];
  /** `Last-Event-ID` of each connection. */
  readonly connections: (string | null)[] = [];
  /** The event after which a stream begins that is not asked to begin elsewhere. */
  position: string | null = null;
  private readonly streams: ReadableStreamDefaultController<Uint8Array>[] = [];
  private readonly answer: (call: Call) => Answer | Promise<Answer>;

  constructor(answer: (call: Call) => Answer | Promise<Answer>) {
    this.answer = answer;
    vi.stubGlobal("fetch", (input: RequestInfo | URL, init?: RequestInit) =>
      this.fetch(input, init),
    );
  }

  private async fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/api/v1/events") return this.stream(request);
    const text = await request.text();
    const call = {
      method: request.method,
      path: pathname,
      search: searchParams,
      body: text ? JSON.parse(text) : undefined,
    };
    this.calls.push(call);
    const { status = 200, body } = await this.answer(call);
    const type = status < 400 ? "application/json" : "application/problem+json";
    return new Response(JSON.stringify(body), { status, headers: { "content-type": type } });
  }

  private stream(request: Request): Response {
    const asked = request.headers.get("last-event-id");
    const begins = asked ?? this.position;
    this.connections.push(asked);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.streams.push(controller);
        controller.enqueue(new TextEncoder().encode(": listening\n\n"));
        request.signal.addEventListener("abort", () => {
          try {
            controller.error(new DOMException("aborted", "AbortError"));
          } catch {
            // It has ended.
          }
        });
      },
    });
    const headers = {
      "content-type": "text/event-stream",
      ...(begins !== null && { "last-event-id": begins }),
    };
    return new Response(body, { headers });
  }

  /** Sends an event to whoever listens. */
  send(id: number, data: unknown): void {
    const text = `id: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
    this.streams.at(-1)?.enqueue(new TextEncoder().encode(text));
  }

  /** Breaks the stream off. */
  cut(): void {
    this.streams.at(-1)?.close();
  }
}

/** Renders within a provider that talks to the fake. */
export function renderLive(element: ReactElement) {
  return render(<PacelineProvider url="http://node.test">{element}</PacelineProvider>);
}
