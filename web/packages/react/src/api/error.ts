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

/** The error of an answer that is none of 2xx. */
export function failure(status: number, body: unknown): PacelineError {
  if (isProblem(body)) {
    const fields = (body.errors ?? []).map(({ field, message }) => `${field}: ${message}`);
    const message = fields.length > 0 ? fields.join("; ") : body.detail || body.title;
    return new PacelineError(status, body.code, message, body);
  }
  return new PacelineError(status, "unknown", `the server answered with status ${status}`);
}

/** A call that got no answer at all. */
export function unreachable(cause: unknown): PacelineError {
  const error = new PacelineError(0, "unreachable", "the server does not answer");
  error.cause = cause;
  return error;
}
