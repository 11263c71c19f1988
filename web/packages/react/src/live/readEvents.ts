// One answer of server-sent events, read to its end.
import { type EventSourceMessage, EventSourceParserStream } from "eventsource-parser/stream";
import { authorization } from "../api/client";
import { failure, unreachable } from "../api/error";
import type { Paceline } from "../context";

export type ReadEvents = { path: string; lastEventId?: string | undefined; signal: AbortSignal };

export async function* readEvents(
  { url, token }: Pick<Paceline, "url" | "token">,
  { path, lastEventId, signal }: ReadEvents,
): AsyncGenerator<EventSourceMessage> {
  const headers = {
    Accept: "text/event-stream",
    ...(lastEventId && { "Last-Event-ID": lastEventId }),
    ...(await authorization(token)),
  };
  const response = await fetch(`${url}${path}`, { headers, signal, cache: "no-store" }).catch(
    (cause) => {
      throw signal.aborted ? cause : unreachable(cause);
    },
  );
  if (!response.ok || !response.body) {
    throw failure(response.status, await response.json().catch(() => null));
  }
  const reader = response.body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
