// What a person must know about the job besides its numbers: why it waits, failed, or is not run.
import {
  formatCount,
  formatTime,
  isTerminal,
  type Job,
  waitText,
  withTimes,
} from "@paceline/react";
import { Link } from "@tanstack/react-router";
import { CircleAlert, GitMerge, History, Hourglass, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

export function JobNotes({ job }: { job: Job }) {
  const waits = isTerminal(job.state) ? [] : job.waiting_for;
  return (
    <div className="flex flex-col gap-2 empty:hidden">
      {waits.length > 0 && (
        <Note icon={Hourglass} colour="text-scheduled">
          {job.state === "running" ? (
            `Held: ${withTimes(waits.join("; "))}`
          ) : (
            <span className="block first-letter:uppercase">{waitText(waits)}</span>
          )}
        </Note>
      )}
      {waits.length === 0 && job.state === "scheduled" && job.run_at && (
        <Note icon={Hourglass} colour="text-scheduled">
          Starts at {formatTime(job.run_at)}
        </Note>
      )}
      {job.error && (
        <Note icon={CircleAlert} colour="text-failed">
          <span dir="auto" className="break-words whitespace-pre-wrap">
            {job.error.kind}: {job.error.message}
          </span>
          {job.error.item && (
            <span className="break-words">
              {" "}
              (item <bdi>{job.error.item}</bdi>)
            </span>
          )}
          {job.error.traceback && <Traceback text={job.error.traceback} />}
        </Note>
      )}
      {job.merged_into && (
        <Note icon={GitMerge} colour="text-merged">
          A duplicate: its work is done by <JobLink id={job.merged_into} />.
        </Note>
      )}
      {job.merged_count > 0 && (
        <Note icon={GitMerge} colour="text-merged">
          {job.merged_count === 1
            ? "1 duplicate was"
            : `${formatCount(job.merged_count)} duplicates were`}{" "}
          merged into this job.
        </Note>
      )}
      {job.cached_from && (
        <Note icon={History} colour="text-completed">
          Not run: the result is that of <JobLink id={job.cached_from} />.
        </Note>
      )}
    </div>
  );
}

type NoteProps = { icon: LucideIcon; colour: string; children: ReactNode };

function Note({ icon: Icon, colour, children }: NoteProps) {
  return (
    <div className="flex gap-2 text-[13px]">
      <Icon size={15} aria-hidden="true" className={`mt-0.5 shrink-0 ${colour}`} />
      <div className="min-w-0 flex-1 break-words">{children}</div>
    </div>
  );
}

export function Traceback({ text }: { text: string }) {
  return (
    <details className="mt-1">
      <summary className="cursor-pointer text-muted">Traceback</summary>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
        tabIndex={0}
        className="mt-1 max-h-96 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs leading-relaxed"
      >
        {text}
      </pre>
    </details>
  );
}

function JobLink({ id }: { id: string }) {
  return (
    <Link
      to="/jobs/$id"
      params={{ id }}
      className="font-mono text-accent underline underline-offset-2"
    >
      {id.slice(0, 13)}
    </Link>
  );
}
