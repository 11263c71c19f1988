import { formatCount, useJobCounts } from "@paceline/react";
import { Link } from "@tanstack/react-router";
import { MERGED_TITLE, MergedIcon } from "~/components/MergedIcon";
import { JOB_TABS, type JobsSearch, type JobsTab } from "~/lib/search";
import { useCurrentSeen } from "~/lib/useCurrentSeen";
import { conditions, countOf, DEFAULT_TAB } from "./filter";

const LABELS: Record<JobsTab, string> = {
  active: "Active",
  scheduled: "Scheduled",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
  merged: "Merged",
  all: "All",
};

/** The states as navigation, each with how many of the filtered jobs are there. */
export function JobTabs({ search }: { search: JobsSearch }) {
  const { data } = useJobCounts(conditions(search));
  const tab = search.tab ?? DEFAULT_TAB;
  const row = useCurrentSeen(`${tab} ${data ? "counted" : ""}`);
  return (
    <nav
      ref={row}
      aria-label="States"
      className="-mx-4 flex gap-1 overflow-x-auto border-b border-border px-4 md:mx-0 md:px-0"
    >
      {JOB_TABS.map((name) => (
        <Link
          key={name}
          to="/jobs"
          search={({ cursor: _c, page: _p, state: _s, ...rest }) => ({
            ...rest,
            tab: name === DEFAULT_TAB ? undefined : name,
          })}
          title={name === "merged" ? MERGED_TITLE : undefined}
          activeOptions={{ exact: true, includeSearch: true }}
          aria-current={tab === name ? "page" : undefined}
          className="-mb-px flex shrink-0 items-center gap-2 border-b-2 border-transparent px-2.5 pb-2 text-[13px] text-muted hover:text-text aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-text"
        >
          {name === "merged" && <MergedIcon />}
          {LABELS[name]}
          <Count value={countOf(data?.states, name)} more={(data?.at_least.length ?? 0) > 0} />
        </Link>
      ))}
    </nav>
  );
}

function Count({ value, more }: { value: number | undefined; more: boolean }) {
  return (
    <span className="min-w-4 text-xs text-muted tabular-nums">
      {value === undefined ? "" : formatCount(value)}
      {more && value !== undefined && value >= 10_000 ? "+" : ""}
    </span>
  );
}
