// What runs and what waits, in a window over the host's page.
import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import { type ReactNode, useRef } from "react";
import { isOffered, isTerminal } from "../actions";
import type { Job, JobFilter } from "../api/types";
import { formatCount } from "../format";
import { useJobAction } from "../hooks/useJobAction";
import { useJobs } from "../hooks/useJobs";
import { ConfirmDialog } from "./ConfirmDialog";
import { type JobLink, JobName } from "./columns";
import { ProgressWords } from "./JobProgress";
import { JobStateMark, markOf } from "./JobStateMark";
import { ProgressBar } from "./ProgressBar";

export const UNFINISHED = "running,pending,blocked,scheduled,paused";

export type JobQueuePopupProps = JobLink & {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Which jobs: `{ user: "ana" }`. Unfinished ones and the last that ended are shown. */
  filter?: JobFilter;
  title?: string;
  /** Jobs may be paused, resumed and cancelled here. */
  controls?: boolean;
};

export function JobQueuePopup(props: JobQueuePopupProps) {
  const { open, onOpenChange, title = "Jobs" } = props;
  const opener = useRef<Element | null>(null);
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="pl-overlay" />
        <Dialog.Content
          className="pl-popup"
          aria-describedby={undefined}
          onOpenAutoFocus={() => {
            opener.current = document.activeElement;
          }}
          onCloseAutoFocus={(event) => {
            // It has no trigger of its own: who asked for it has the focus again.
            event.preventDefault();
            if (opener.current instanceof HTMLElement) opener.current.focus();
          }}
        >
          <header className="pl-row pl-popup-head">
            <Dialog.Title className="pl-title">{title}</Dialog.Title>
            <Dialog.Close className="pl-icon-button" aria-label="Close">
              <X size={16} aria-hidden="true" />
            </Dialog.Close>
          </header>
          <div className="pl-popup-body">
            <PopupBody {...props} />
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PopupBody({ filter, href, onOpen, nameOf, controls = true }: JobQueuePopupProps) {
  const unfinished = useJobs({ ...filter, state: UNFINISHED, sort: "-started_at", limit: 20 });
  const ended = useJobs({
    ...filter,
    state: "completed,failed,cancelled",
    sort: "-finished_at",
    limit: 5,
  });
  const link = { href, onOpen, nameOf };
  const list = (jobs: Job[]): ReactNode =>
    jobs.map((job) => <Entry key={job.id} {...link} job={job} controls={controls} />);
  const waiting = unfinished.data?.items ?? [];
  const more = (unfinished.data?.total ?? waiting.length) - waiting.length;
  if (unfinished.error && !unfinished.data) {
    return (
      <p className="pl-error" role="alert">
        {unfinished.error.message}
      </p>
    );
  }
  return (
    <>
      {waiting.length === 0 ? (
        <p className="pl-empty">{unfinished.data ? "Nothing runs or waits." : "Loading …"}</p>
      ) : (
        <ul className="pl-list">{list(waiting)}</ul>
      )}
      {more > 0 && <p className="pl-sub">and {formatCount(more)} more</p>}
      {(ended.data?.items.length ?? 0) > 0 && (
        <>
          <h3 className="pl-subtitle">Ended</h3>
          <ul className="pl-list">{list(ended.data?.items ?? [])}</ul>
        </>
      )}
    </>
  );
}

type EntryProps = JobLink & { job: Job; controls: boolean };

function Entry({ job, href, onOpen, nameOf, controls }: EntryProps) {
  return (
    <li className="pl-entry">
      <div className="pl-row">
        <JobName job={job} href={href} onOpen={onOpen} nameOf={nameOf} />
        <JobStateMark {...markOf(job)} />
      </div>
      {!isTerminal(job.state) && <ProgressBar job={job} />}
      <div className="pl-row">
        <ProgressWords job={job} />
        {controls && <Controls job={job} name={nameOf?.(job) ?? job.name} />}
      </div>
    </li>
  );
}

function Controls({ job, name }: { job: Job; name: string }) {
  const act = useJobAction();
  const offered = (["pause", "resume", "cancel"] as const).filter((it) => isOffered(job, it));
  return (
    <span className="pl-controls">
      {act.error && (
        <span className="pl-bad" role="alert">
          {act.error.message}
        </span>
      )}
      {offered.map((action) => (
        <Control
          key={action}
          action={action}
          job={job}
          name={name}
          run={() => act.mutate({ id: job.id, action })}
        />
      ))}
    </span>
  );
}

type Action = "pause" | "resume" | "cancel";
type ControlProps = { action: Action; job: Job; name: string; run: () => void };

function Control({ action, job, name, run }: ControlProps) {
  const word = wordOf(action);
  const label = `${word} ${name}`;
  if (action !== "cancel") {
    return (
      <button type="button" className="pl-button" aria-label={label} onClick={run}>
        {word}
      </button>
    );
  }
  const trigger = (
    <button type="button" className="pl-button" aria-label={label}>
      {word}
    </button>
  );
  return (
    <ConfirmDialog title={`Cancel ${name}?`} verb={word} trigger={trigger} onConfirm={run}>
      {cancelText(job)}
    </ConfirmDialog>
  );
}

/** What cancelling the job does to it. */
function cancelText({ state, progress }: Job): string {
  const { total, remaining } = progress;
  const items = remaining === 1 ? "1 item" : `${formatCount(remaining)} items`;
  const rest = total > 1 ? ` ${items} will not be run; what is done stays.` : "";
  if (state !== "running") return `It has not ended yet and will not go on.${rest}`;
  return `It is running: its workers are told at once and stopped after the grace.${rest}`;
}

function wordOf(action: Action): string {
  return action.charAt(0).toUpperCase() + action.slice(1);
}
