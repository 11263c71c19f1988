// One job as a small card: state, bar, counts, speed, time left. For a page that launched it.

import { hasNoShare, isTerminal, worked } from "../actions";
import type { Job } from "../api/types";
import { formatCount, formatDuration, formatPercent, formatRate, withTimes } from "../format";
import { useEnd } from "../hooks/useEnd";
import { useJob } from "../hooks/useJob";
import { JobStateMark, markOf } from "./JobStateMark";
import { ProgressBar } from "./ProgressBar";

export type JobProgressProps = {
  id: string;
  /** Called once, when the job ends while it is shown. */
  onEnd?: (job: Job) => void;
  /** Shown instead of the job's name. */
  title?: string;
};

export function JobProgress({ id, title, onEnd }: JobProgressProps) {
  const { data: job, error } = useJob(id);
  useEnd(job, onEnd);
  if (error && !job) {
    return (
      <p className="pl-card pl-error" role="alert">
        {error.message}
      </p>
    );
  }
  if (!job)
    return <div className="pl-card pl-waiting" role="status" aria-label="Loading the job" />;
  return (
    <section className="pl-card" aria-label={title ?? job.name}>
      <div className="pl-row">
        <span className="pl-name" dir="auto">
          {title ?? job.name}
        </span>
        <JobStateMark {...markOf(job)} />
      </div>
      <ProgressBar job={job} size="large" />
      <ProgressWords job={job} />
    </section>
  );
}

/** Percent, counts, speed and what is left, on one line. */
export function ProgressWords({ job }: { job: Job }) {
  const { progress } = job;
  const { percent, done } = worked(progress);
  const words = hasNoShare(job) ? [] : [formatPercent(percent)];
  if (progress.total > 1) {
    words.push(`${formatCount(done)} of ${formatCount(progress.total)}`);
  }
  if (progress.failed > 0 && progress.total > 1)
    words.push(`${formatCount(progress.failed)} failed`);
  if (job.state === "running" && progress.rate) words.push(formatRate(progress.rate));
  if (job.state === "running" && progress.eta_seconds) {
    words.push(`${formatDuration(progress.eta_seconds)} left`);
  }
  if (isTerminal(job.state) && job.duration_seconds) {
    words.push(`took ${formatDuration(job.duration_seconds)}`);
  }
  const waits = job.waiting_for[0];
  const note = progress.message ?? progress.stage ?? (waits && withTimes(waits));
  return (
    <p className="pl-words">
      <span className="pl-numbers">{words.join(" · ")}</span>
      {!isTerminal(job.state) && note && (
        <span className="pl-note" dir="auto">
          {note}
        </span>
      )}
    </p>
  );
}
