// Who the job is, how far it is, and what can be done with it.
import {
  duration,
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
  hasNoShare,
  isTerminal,
  type Job,
  JobStateMark,
  markOf,
  ProgressBar,
  useNow,
  worked,
} from "@paceline/react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { basisText } from "./estimate";
import { JobNotes } from "./JobNotes";

export function JobHeader({ job }: { job: Job }) {
  const { progress } = job;
  const { percent, done } = worked(progress);
  return (
    <section
      aria-label="Progress"
      className="flex flex-col gap-3 rounded-lg border border-border bg-surface p-4 md:p-5"
    >
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <JobStateMark {...markOf(job)} />
        {!hasNoShare(job) && (
          <p className="text-2xl font-semibold tracking-tight tabular-nums">
            {formatPercent(percent)}
          </p>
        )}
        {progress.total > 1 && (
          <p className="text-muted tabular-nums">
            {formatCount(done)} of {formatCount(progress.total)}
          </p>
        )}
        <p dir="auto" className="min-w-0 truncate text-[13px] text-muted">
          {!isTerminal(job.state) && (progress.message ?? progress.stage)}
        </p>
      </div>
      <ProgressBar job={job} size="large" />
      <Figures job={job} />
      <JobNotes job={job} />
    </section>
  );
}

function Figures({ job }: { job: Job }) {
  const now = useNow();
  const { progress } = job;
  const runs = job.state === "running";
  const many = progress.total > 1;
  return (
    <dl className="grid grid-cols-[repeat(auto-fill,minmax(7rem,1fr))] gap-x-4 gap-y-3">
      {many && <Figure label="Succeeded">{formatCount(progress.succeeded)}</Figure>}
      {many && (
        <Figure label="Failed" bad={progress.failed > 0}>
          {progress.failed > 0 ? (
            <Link
              to="/jobs/$id"
              params={{ id: job.id }}
              search={{ tab: "items", items: "failed" }}
              className="underline underline-offset-2"
            >
              {formatCount(progress.failed)}
            </Link>
          ) : (
            "0"
          )}
        </Figure>
      )}
      {progress.skipped > 0 && <Figure label="Skipped">{formatCount(progress.skipped)}</Figure>}
      {many && progress.cancelled > 0 && (
        <Figure label="Not run">{formatCount(progress.cancelled)}</Figure>
      )}
      {many && !isTerminal(job.state) && (
        <Figure label="Remaining">{formatCount(progress.remaining)}</Figure>
      )}
      {runs && <Figure label="Running now">{formatCount(progress.running)}</Figure>}
      {(runs || (progress.rate ?? 0) > 0) && many && (
        <Figure label="Speed">{formatRate(progress.rate)}</Figure>
      )}
      {runs && <Figure label="Time left">{formatDuration(progress.eta_seconds)}</Figure>}
      {!job.started_at && job.estimate && <Expected estimate={job.estimate} />}
      {job.started_at && (
        <Figure label={tookLabel(job)}>{formatDuration(duration(job, now))}</Figure>
      )}
      {progress.memory_bytes != null && (
        <Figure label="Memory">{formatBytes(progress.memory_bytes)}</Figure>
      )}
      {many && <Figure label="Chunk size">{formatCount(job.options.chunk_size)}</Figure>}
    </dl>
  );
}

/** A guess is called one: with its range, and what it is made of. */
function Expected({ estimate }: { estimate: NonNullable<Job["estimate"]> }) {
  const { seconds, low, high } = estimate;
  return (
    <div className="col-span-2">
      <dt className="text-xs text-muted">Will take about</dt>
      <dd className="font-medium tabular-nums">
        {formatDuration(seconds)}{" "}
        <span className="text-xs font-normal text-muted">
          {formatDuration(low)} to {formatDuration(high)}, {basisText(estimate)}
        </span>
      </dd>
    </div>
  );
}

function tookLabel(job: Job): string {
  if (isTerminal(job.state)) return "Took";
  return job.state === "running" ? "Runs for" : "Since its start";
}

function Figure({ label, bad, children }: { label: string; bad?: boolean; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-muted">{label}</dt>
      <dd className={`font-medium tabular-nums ${bad ? "text-failed" : ""}`}>{children}</dd>
    </div>
  );
}
