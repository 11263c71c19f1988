import { formatCount, formatPercent } from "@paceline/react";
import { Fragment } from "react";
import { MERGED_TITLE, MergedIcon } from "~/components/MergedIcon";
import type { Batch } from "~/lib/shapes";

/** The joint progress of all jobs of a batch. */
export function BatchBar({ batch, large }: { batch: Batch; large?: boolean }) {
  const { percent, total, failed, done } = batch.progress;
  const bad = total > 0 ? (failed / total) * 100 : 0;
  return (
    <div className="flex min-w-28 flex-col gap-1">
      <div
        className="pl-bar"
        data-size={large ? "large" : "small"}
        data-state={batch.state === "completed" ? "completed" : "running"}
        role="progressbar"
        aria-label={`Progress of ${batch.name}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(percent)}
      >
        <span
          className="pl-bar-part"
          data-part="good"
          style={{ width: `${Math.max(0, percent - bad)}%` }}
        />
        <span className="pl-bar-part" data-part="failed" style={{ width: `${bad}%` }} />
      </div>
      <span className="text-xs text-muted tabular-nums">
        {formatPercent(percent)} · {formatCount(done)} of {formatCount(total)}
        {failed > 0 && ` · ${formatCount(failed)} failed`}
      </span>
    </div>
  );
}

/** "3 running, 12 pending": states that some job is in; merged ones are marked as everywhere. */
export function BatchStates({ jobs }: { jobs: Record<string, number> }) {
  const some = Object.entries(jobs).filter(([, count]) => count > 0);
  if (some.length === 0) return "no jobs yet";
  return some.map(([state, count], place) => (
    <Fragment key={state}>
      {place > 0 && ", "}
      <StateCount state={state} count={count} />
    </Fragment>
  ));
}

function StateCount({ state, count }: { state: string; count: number }) {
  const words = `${formatCount(count)} ${state}`;
  if (state !== "merged") return words;
  return (
    <span
      title={MERGED_TITLE}
      className="inline-flex items-center gap-1 align-bottom whitespace-nowrap text-merged"
    >
      <MergedIcon size={13} />
      {words}
    </span>
  );
}
