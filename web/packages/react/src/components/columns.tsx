// What a row of the table says. A column shows from a width of the table on; the first ones always.
import type { MouseEvent, ReactNode } from "react";
import { hasNoShare, isTerminal, worked } from "../actions";
import type { Job } from "../api/types";
import {
  formatAgo,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
  formatTime,
  waitText,
} from "../format";
import { useNow } from "../hooks/useNow";
import { JobStateMark, markOf, stateWord } from "./JobStateMark";
import { ProgressBar } from "./ProgressBar";

export type ColumnName =
  | "state"
  | "name"
  | "progress"
  | "rate"
  | "eta"
  | "priority"
  | "user"
  | "created"
  | "duration";

export type JobLink = {
  /** Where a job's name leads. */
  href?: ((job: Job) => string) | undefined;
  /** Called instead of following `href`, for pages with a router. */
  onOpen?: ((job: Job) => void) | undefined;
  /** What a job is called here: its name when left out. */
  nameOf?: ((job: Job) => string) | undefined;
};

export type Cell = JobLink & { job: Job };

export type Column = {
  name: ColumnName;
  label: string;
  /** The API's word for this order. */
  sort?: string;
  /** Numbers stand to the right. */
  end?: boolean;
  cell: (cell: Cell) => ReactNode;
};

/** Until now for what runs: between two answers the clock goes on. */
export function duration(job: Job, now: number): number | null {
  if (!job.started_at) return null;
  const end = job.finished_at ? Date.parse(job.finished_at) : now;
  return Math.max(0, (end - Date.parse(job.started_at)) / 1000);
}

/** Clicks that mean "here", not "in another tab". */
function isPlain(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

export function JobName({ job, href, onOpen, nameOf }: JobLink & { job: Job }) {
  const name = nameOf?.(job) ?? job.name;
  if (!href) {
    return (
      <span className="pl-name" dir="auto">
        {name}
      </span>
    );
  }
  return (
    <a
      className="pl-name"
      dir="auto"
      href={href(job)}
      onClick={(event) => {
        if (!onOpen || !isPlain(event)) return;
        event.preventDefault();
        onOpen(job);
      }}
    >
      {name}
    </a>
  );
}

function NameCell({ job, href, onOpen, nameOf }: Cell) {
  const waits = !isTerminal(job.state) ? job.waiting_for.slice(0, 1) : [];
  const note =
    (waits.length > 0 ? waitText(waits) : undefined) ??
    (job.state === "running" ? (job.progress.message ?? job.progress.stage) : null);
  return (
    <div className="pl-name-cell">
      <JobName job={job} href={href} onOpen={onOpen} nameOf={nameOf} />
      <span className="pl-sub">
        <span className="pl-task" dir="auto">
          {job.task}
        </span>
        {note && (
          <span className="pl-note" dir="auto" title={note}>
            {note}
          </span>
        )}
        {job.state === "merged" && <span className="pl-note">duplicate</span>}
        {job.merged_count > 0 && (
          <span className="pl-note pl-merged">
            {job.merged_count === 1 ? "1 duplicate" : `${formatCount(job.merged_count)} duplicates`}{" "}
            merged
          </span>
        )}
      </span>
    </div>
  );
}

function ProgressCell({ job }: Cell) {
  const { total, failed } = job.progress;
  const { percent, done } = worked(job.progress);
  if (job.state === "merged") return <span className="pl-muted">–</span>;
  return (
    <div className="pl-progress-cell">
      <ProgressBar job={job} />
      <span className="pl-sub pl-numbers">
        {hasNoShare(job) ? "–" : formatPercent(percent)}
        {total > 1 && ` · ${formatCount(done)}/${formatCount(total)}`}
        {failed > 0 && total > 1 && <span className="pl-bad"> · {formatCount(failed)} failed</span>}
      </span>
    </div>
  );
}

export const COLUMNS: readonly Column[] = [
  {
    name: "state",
    label: "Status",
    sort: "state",
    cell: ({ job }) => <JobStateMark {...markOf(job)} />,
  },
  { name: "name", label: "Job", cell: (cell) => <NameCell {...cell} /> },
  {
    name: "progress",
    label: "Progress",
    sort: "progress",
    cell: (cell) => <ProgressCell {...cell} />,
  },
  {
    name: "rate",
    label: "Speed",
    end: true,
    cell: ({ job }) => (job.state === "running" ? formatRate(job.progress.rate) : "–"),
  },
  {
    name: "eta",
    label: "Left",
    end: true,
    cell: ({ job }) => (job.state === "running" ? formatDuration(job.progress.eta_seconds) : "–"),
  },
  {
    name: "priority",
    label: "Priority",
    sort: "priority",
    cell: ({ job }) => <span data-priority={job.priority}>{stateWordOf(job.priority)}</span>,
  },
  { name: "user", label: "User", cell: ({ job }) => <User name={job.user} /> },
  {
    name: "created",
    label: "Created",
    sort: "created_at",
    end: true,
    cell: ({ job }) => <Created job={job} />,
  },
  {
    name: "duration",
    label: "Duration",
    sort: "duration",
    end: true,
    cell: ({ job }) => <Duration job={job} />,
  },
];

// What a clock moves is drawn by itself: the rows around it stay as they are.

function Created({ job }: { job: Job }) {
  return (
    <time dateTime={job.created_at} title={formatTime(job.created_at)}>
      {formatAgo(job.created_at, useNow())}
    </time>
  );
}

function Duration({ job }: { job: Job }) {
  return formatDuration(duration(job, useNow()));
}

function User({ name }: { name: string | null | undefined }) {
  if (!name) return "–";
  return (
    <span dir="auto" title={name}>
      {name}
    </span>
  );
}

function stateWordOf(word: string): string {
  return stateWord(word as Job["state"]);
}
