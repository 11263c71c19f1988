// Events in words. Pure.
import { formatCount, formatDuration, type JobEvent } from "@paceline/react";

type Data = {
  total?: number;
  succeeded?: number;
  failed?: number;
  skipped?: number;
  cancelled?: number;
  attempt?: number;
  wait_seconds?: number;
  message?: string;
  reason?: string;
  error?: { kind: string; message: string; item?: string };
};

const TITLES: Record<string, string> = {
  "job.submitted": "Submitted",
  "job.started": "Started",
  "job.planned": "Planned",
  "job.paused": "Paused",
  "job.resumed": "Resumed",
  "job.postponed": "Put off",
  "job.rescheduled": "Rescheduled",
  "job.due": "Due",
  "job.blocked": "Waits for other jobs",
  "job.unblocked": "No longer waits for other jobs",
  "job.completed": "Completed",
  "job.failed": "Failed",
  "job.cancelled": "Cancelled",
  "job.retried": "Retried",
  "job.restarted": "Restarted",
  "job.changed": "Changed",
  "job.long_running": "Takes longer than it should",
  "job.recovered": "Taken back from a node or worker that is gone",
};

function counts(data: Data): string[] {
  const { total = 0, succeeded = 0, failed = 0, skipped = 0, cancelled = 0 } = data;
  if (total <= 1) return [];
  const words = [`${formatCount(succeeded)} of ${formatCount(total)} succeeded`];
  if (failed > 0) words.push(`${formatCount(failed)} failed`);
  if (skipped > 0) words.push(`${formatCount(skipped)} skipped`);
  if (cancelled > 0) words.push(`${formatCount(cancelled)} cancelled`);
  return words;
}

/** A title, and what else there is to say. */
export function said(event: JobEvent): [title: string, more: string] {
  const data = event.data as Data;
  const more: string[] = [];
  if (event.type === "job.planned" && data.total) more.push(`${formatCount(data.total)} items`);
  else if (event.type !== "job.submitted" && event.type !== "job.started")
    more.push(...counts(data));
  if (data.attempt && data.attempt > 1) more.push(`attempt ${data.attempt}`);
  if (data.wait_seconds) more.push(`for ${formatDuration(data.wait_seconds)}`);
  if (data.reason) more.push(data.reason);
  if (data.message) more.push(data.message);
  if (data.error) more.push(`${data.error.kind}: ${data.error.message}`);
  return [TITLES[event.type] ?? event.type, more.join(" · ")];
}
