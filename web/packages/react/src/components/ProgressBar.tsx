import { worked } from "../actions";
import type { Job } from "../api/types";
import { formatCount, formatPercent } from "../format";

export type ProgressBarProps = {
  job: Pick<Job, "state" | "progress" | "name">;
  size?: "small" | "large";
};

/** Succeeded, failed and skipped beside each other; a job without items has one part. */
export function ProgressBar({ job, size = "small" }: ProgressBarProps) {
  const { total, failed, skipped, cancelled, percent } = job.progress;
  const share = (count: number) => (total > 0 ? (count / total) * 100 : 0);
  const good = Math.max(0, percent - share(failed) - share(skipped) - share(cancelled));
  const counted = worked(job.progress);
  const text = `${formatPercent(counted.percent)}, ${formatCount(counted.done)} of ${formatCount(total)} done`;
  const unknown = job.state === "running" && percent === 0 && total <= 1;
  return (
    <div
      className="pl-bar"
      data-size={size}
      data-state={job.state}
      data-unknown={unknown || undefined}
      role="progressbar"
      aria-label={`Progress of ${job.name}`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={unknown ? undefined : Math.round(counted.percent)}
      aria-valuetext={failed > 0 ? `${text}, ${formatCount(failed)} failed` : text}
    >
      <span className="pl-bar-part" data-part="good" style={{ width: `${good}%` }} />
      <span className="pl-bar-part" data-part="skipped" style={{ width: `${share(skipped)}%` }} />
      <span className="pl-bar-part" data-part="failed" style={{ width: `${share(failed)}%` }} />
    </div>
  );
}
