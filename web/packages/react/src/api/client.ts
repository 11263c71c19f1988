// Calls to a node, typed by its API document.
import createClient, { type Client } from "openapi-fetch";
import { failure, PacelineError, unreachable } from "./error";
import type { paths } from "./schema";

/** A token, or how to get one: widgets are given short-lived ones. */
export type Token = string | (() => string | Promise<string>);

export type Api = Client<paths>;

export type ClientOptions = {
  /** Where the node's API is: `https://jobs.example.com`; the page's own server when empty. */
  url?: string;
  token?: Token;
  fetch?: typeof fetch;
};

export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

export async function authorization(token: Token | undefined): Promise<Record<string, string>> {
  const value = typeof token === "function" ? await token() : token;
  return value ? { Authorization: `Bearer ${value}` } : {};
}

export function createApi({ url = "", token, fetch: fetcher }: ClientOptions): Api {
  const api = createClient<paths>({
    baseUrl: withoutSlash(url),
    // Looked up with each call, so that a page may replace it.
    fetch: fetcher ?? ((request) => globalThis.fetch(request)),
  });
  api.use({
    async onRequest({ request }) {
      for (const [name, value] of Object.entries(await authorization(token))) {
        request.headers.set(name, value);
      }
      return request;
    },
  });
  return api;
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The body of an answer, or a `PacelineError`. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (cause) {
    if (cause instanceof PacelineError || isAbort(cause)) throw cause;
    throw unreachable(cause);
  }
  if (!answer.response.ok) throw failure(answer.response.status, answer.error);
  return answer.data as T;
}

function isAbort(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === "AbortError";
}
