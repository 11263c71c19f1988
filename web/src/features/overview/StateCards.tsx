import { formatCount, type Status } from "@paceline/react";
import { Link } from "@tanstack/react-router";
import { MERGED_TITLE, MergedIcon } from "~/components/MergedIcon";
import type { JobsTab } from "~/lib/search";

/** From here on a number is too long to be large as well. */
const LARGE = 100_000;

type Card = { label: string; colour: string; count: number; tab: JobsTab; state?: string };

function cards(jobs: Record<string, number>): Card[] {
  const of = (state: string) => jobs[state] ?? 0;
  const total = Object.values(jobs).reduce((sum, count) => sum + count, 0);
  return [
    {
      label: "Running",
      colour: "text-running",
      count: of("running"),
      tab: "active",
      state: "running",
    },
    {
      label: "Waiting",
      colour: "text-text",
      count: of("pending") + of("blocked") + of("paused"),
      tab: "active",
      state: "pending,blocked,paused",
    },
    { label: "Scheduled", colour: "text-scheduled", count: of("scheduled"), tab: "scheduled" },
    { label: "Completed", colour: "text-completed", count: of("completed"), tab: "completed" },
    { label: "Failed", colour: "text-failed", count: of("failed"), tab: "failed" },
    { label: "Merged", colour: "text-merged", count: of("merged"), tab: "merged" },
    { label: "All", colour: "text-text", count: total, tab: "all" },
  ];
}

/** How many jobs are where; each leads to them. */
export function StateCards({ status }: { status: Status }) {
  return (
    <ul className="grid grid-cols-2 gap-3 sm:grid-cols-4 xl:grid-cols-7">
      {cards(status.jobs).map(({ label, colour, count, tab, state }) => (
        <li key={label} className="last:max-xl:col-span-2">
          <Link
            to="/jobs"
            title={tab === "merged" ? MERGED_TITLE : undefined}
            search={{ ...(tab !== "active" && { tab }), ...(state && { state }) }}
            className="flex flex-col rounded-lg border border-border bg-surface px-4 py-3 hover:border-strong"
          >
            <span className="flex items-center gap-1.5 text-xs text-muted">
              {tab === "merged" && <MergedIcon size={13} />}
              {label}
            </span>
            <span
              className={`${count >= LARGE ? "text-base" : "text-2xl"} leading-8 font-semibold tracking-tight tabular-nums ${count > 0 ? colour : "text-muted"}`}
            >
              {formatCount(count)}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
