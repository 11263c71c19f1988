// A task's numbers as texts.
import { formatCount, formatDuration } from "@paceline/react";
import type { Task } from "~/lib/shapes";

export function successText({ statistics }: Task): string {
  const { success_rate: rate } = statistics;
  if (rate === null || rate === undefined) return "–";
  // Not all is never "100%".
  const percent = rate < 1 ? Math.min(99.9, rate * 100) : 100;
  return `${percent.toFixed(percent === 100 ? 0 : 1)}%`;
}

export function endedText({ statistics }: Task): string {
  return formatCount(statistics.completed + statistics.failed);
}

export function jobText(task: Task, which: "job_p50_seconds" | "job_p95_seconds"): string {
  return formatDuration(task.statistics[which]);
}

export function itemText({ statistics }: Task): string {
  const { item_p50_ms: time } = statistics;
  return formatDuration(time === null || time === undefined ? null : time / 1000);
}

export function workersText({ workers }: Task): string {
  return workers === 0 ? "none" : formatCount(workers);
}
