// The submission of a job as something to paste. Pure.
import type { Job } from "@paceline/react";

/** What would submit the same work: without items, which the job's page does not hold. */
export function submission(job: Job): Record<string, unknown> {
  const { task, params, queue, priority, user, key, batch, labels } = job;
  const all = { task, params, queue, priority, user, key, batch, labels };
  const dull: Record<string, unknown> = { queue: "default", priority: "normal" };
  return Object.fromEntries(
    Object.entries(all).filter(([name, value]) => {
      if (value === null || value === undefined || value === dull[name]) return false;
      return typeof value !== "object" || Object.keys(value).length > 0;
    }),
  );
}

export function asCurl(job: Job, url: string): string {
  // A shell ends a quoted text at the next quote: it is closed, said, and opened again.
  const body = JSON.stringify(submission(job)).replaceAll("'", `'\\''`);
  return `curl -X POST '${url}/api/v1/jobs' \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`;
}

export function asPython(job: Job, url: string): string {
  return [
    "import json",
    "import urllib.request",
    "",
    `job = ${python(submission(job))}`,
    "request = urllib.request.Request(",
    `    ${JSON.stringify(`${url}/api/v1/jobs`)},`,
    "    json.dumps(job).encode(),",
    '    {"Content-Type": "application/json"},',
    ")",
    "with urllib.request.urlopen(request) as answer:",
    '    print(json.load(answer)["id"])',
    "",
  ].join("\n");
}

/** A value as Python writes it. */
function python(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object") {
    const pairs = Object.entries(value).map(
      ([name, inner]) => `${JSON.stringify(name)}: ${python(inner)}`,
    );
    return `{${pairs.join(", ")}}`;
  }
  return JSON.stringify(value);
}
