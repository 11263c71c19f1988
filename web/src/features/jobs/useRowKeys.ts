// `j` and `k` go through the rows, `x` ticks, Enter opens, Escape lets go.
import type { Job } from "@paceline/react";
import { useState } from "react";
import { useShortcut } from "~/lib/shortcuts";

export type RowKeys = {
  jobs: readonly Job[];
  onToggle: (job: Job) => void;
  onOpen: (job: Job) => void;
  onClear: () => void;
};

/** The row that the keys are on. */
export function useRowKeys({ jobs, onToggle, onOpen, onClear }: RowKeys): string | null {
  const [current, setCurrent] = useState<string | null>(null);
  const place = jobs.findIndex((job) => job.id === current);
  const job = jobs[place];
  const go = (to: number) => {
    const next = jobs[Math.max(0, Math.min(jobs.length - 1, to))];
    if (!next) return;
    setCurrent(next.id);
    const row = document.querySelector(`[data-row="${next.id}"]`);
    row?.scrollIntoView({ block: "nearest" });
    // What is pressed next is meant for this row, not for what had the focus before.
    row?.querySelector<HTMLElement>("a")?.focus({ preventScroll: true });
  };
  useShortcut("j", "Next row", () => go(place + 1));
  useShortcut("k", "Row before", () => go(place === -1 ? 0 : place - 1));
  useShortcut("x", "Select the row", () => job && onToggle(job));
  useShortcut("Enter", "Open the row", () => job && onOpen(job));
  useShortcut("Escape", "Clear the selection", onClear);
  return job ? job.id : null;
}
