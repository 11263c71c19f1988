import {
  type ColumnName,
  formatCount,
  formatDuration,
  formatPercent,
  type Job,
  JobRows,
  ProgressBar,
  type Status,
} from "@paceline/react";
import { Link, useNavigate } from "@tanstack/react-router";
import { Coffee } from "lucide-react";
import { EmptyState } from "~/components/Blank";
import { menuOf } from "~/features/jobs/JobMenu";
import { jobHref } from "~/lib/base";
import { overall } from "./recent";

const COLUMNS: readonly ColumnName[] = [
  "state",
  "name",
  "progress",
  "rate",
  "eta",
  "user",
  "duration",
];

/** All that runs, as one bar and one by one. */
export function RunningJobs({ status }: { status: Status }) {
  const navigate = useNavigate();
  const { running } = status;
  const count = status.jobs.running ?? running.length;
  const open = (job: Job) => void navigate({ to: "/jobs/$id", params: { id: job.id } });
  if (running.length === 0) {
    return (
      <EmptyState icon={Coffee} title="Nothing runs">
        <Link
          to="/jobs"
          search={{ tab: "all" }}
          className="text-accent underline underline-offset-2"
        >
          Look at all jobs
        </Link>
      </EmptyState>
    );
  }
  return (
    <section aria-label="Running jobs" className="flex flex-col gap-4">
      <Together running={running} count={count} />
      <JobRows
        label="Running jobs"
        jobs={running}
        sort=""
        columns={COLUMNS}
        href={jobHref}
        onOpen={open}
        actions={menuOf}
      />
      {count > running.length && (
        <Link
          to="/jobs"
          search={{ state: "running" }}
          className="text-[13px] text-accent underline"
        >
          All {formatCount(count)} running jobs
        </Link>
      )}
    </section>
  );
}

function Together({ running, count }: { running: readonly Job[]; count: number }) {
  const { done, total } = overall(running);
  const percent = total > 0 ? (done / total) * 100 : 0;
  const longest = Math.max(0, ...running.map((job) => job.progress.eta_seconds ?? 0));
  const sum = (of: (job: Job) => number) => running.reduce((all, job) => all + of(job), 0);
  const bar = {
    name: "all running jobs",
    state: "running" as const,
    progress: {
      total,
      done,
      percent,
      succeeded: sum((job) => job.progress.succeeded),
      failed: sum((job) => job.progress.failed),
      skipped: sum((job) => job.progress.skipped),
      cancelled: sum((job) => job.progress.cancelled),
      running: sum((job) => job.progress.running),
      remaining: total - done,
    },
  };
  return (
    <div className="rounded-lg border border-border bg-surface p-4 md:p-5">
      <div className="mb-2.5 flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 className="font-medium">
          {count === 1 ? "1 job runs" : `${formatCount(count)} jobs run`}
        </h2>
        <p className="text-[13px] text-muted tabular-nums">
          {formatPercent(percent)} · {formatCount(done)} of {formatCount(total)} items
          {longest > 0 && ` · ${formatDuration(longest)} left`}
        </p>
      </div>
      <ProgressBar job={bar} size="large" />
    </div>
  );
}
