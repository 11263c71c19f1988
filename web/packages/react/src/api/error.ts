// What went wrong with a call, in the server's own words where it said any.
import type { Problem } from "./types";

export class PacelineError extends Error {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Stable code of the problem; `unreachable` when there was no answer. */
  readonly code: string;
  readonly problem: Problem | null;

  constructor(status: number, code: string, message: string, problem: Problem | null = null) {
    super(message);
    this.name = "PacelineError";
    this.status = status;
    this.code = code;
    this.problem = problem;
  }
}

export function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && "title" in body;
}

/** What a proxy means that answers in the server's place; the server itself always says why. */
const PROXIES_SAY: Record<number, string> = {
  401: "you are not signed in, or no longer",
  403: "you may not see or do this here",
  502: "the server does not answer its proxy",
  503: "the server does not answer its proxy",
  504: "the server does not answer its proxy in time",
};

/** The error of an answer that is none of 2xx. */
export function failure(status: number, body: unknown): PacelineError {
  if (isProblem(body)) {
    const fields = (body.errors ?? []).map(({ field, message }) => `${field}: ${message}`);
    const message = fields.length > 0 ? fields.join("; ") : body.detail || body.title;
    return new PacelineError(status, body.code, message, body);
  }
  const words = PROXIES_SAY[status] ?? "the server gave an answer that is not its own";
  return new PacelineError(status, "unknown", `${words} (status ${status})`);
}

/** A call that got no answer at all. */
export function unreachable(cause: unknown): PacelineError {
  const error = new PacelineError(0, "unreachable", "the server does not answer");
  error.cause = cause;
  return error;
}
