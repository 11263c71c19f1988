// Names what an action would do, counted by the server a moment ago, and does it.
import {
  type Controlled,
  formatCount,
  type Job,
  type JobFilter,
  useBulkAction,
  useBulkPreview,
  useJobCounts,
} from "@paceline/react";
import { type ReactNode, useMemo } from "react";
import { toast } from "sonner";
import { ConfirmDialog } from "~/components/ConfirmDialog";
import { touch } from "~/lib/endToasts";
import { QUESTIONS, type Risky } from "./questions";
import {
  type BulkAction,
  countedForRunning,
  runningAmong,
  type Selection,
  toRequest,
} from "./selection";

type BulkDialogProps = {
  action: BulkAction | null;
  selection: Selection;
  jobs: readonly Job[];
  onClose: () => void;
  onDone: () => void;
};

export function jobs(count: number): string {
  return count === 1 ? "1 job" : `${formatCount(count)} jobs`;
}

export function titleOf(action: BulkAction, count: number | undefined): string {
  if (count === 0) return `None of them: nothing to ${action.verb}`;
  const many = count === undefined ? "the chosen jobs" : jobs(count);
  if (action.verb === "change") return `Give ${many} ${action.priority} priority?`;
  return `${verbOf(action)} ${many}?`;
}

function verbOf(action: BulkAction): string {
  if (action.verb === "change") return "Change";
  return action.verb.charAt(0).toUpperCase() + action.verb.slice(1);
}

export function BulkDialog({ action, selection, jobs: shown, onClose, onDone }: BulkDialogProps) {
  const request = useMemo(() => action && toRequest(selection, action), [selection, action]);
  const preview = useBulkPreview(request);
  const act = useBulkAction();
  const counted = preview.data;
  const run = () => {
    if (!request) return;
    if (selection.kind === "some") for (const id of selection.ids) touch(id);
    act.mutate(request, {
      onSuccess: (done) => {
        toast.success(`${verbOf(action as BulkAction)}: ${jobs(done.changed)}`);
        onDone();
      },
      onError: (error) => toast.error(error.message),
    });
  };
  return (
    <ConfirmDialog
      open={action !== null}
      onOpenChange={(open) => open || onClose()}
      title={action ? titleOf(action, counted?.changed) : ""}
      verb={action ? verbOf(action) : ""}
      danger={action?.verb === "cancel" || action?.verb === "delete"}
      busy={act.isPending || !counted || counted.changed === 0}
      onConfirm={run}
    >
      {preview.error && <p className="text-failed">{preview.error.message}</p>}
      {!counted && !preview.error && <p>Counting …</p>}
      {counted && action && (
        <Particulars counted={counted} action={action}>
          <Running selection={selection} shown={shown} />
        </Particulars>
      )}
    </ConfirmDialog>
  );
}

type ParticularsProps = { counted: Controlled; action: BulkAction; children: ReactNode };

function Particulars({ counted, action, children }: ParticularsProps) {
  const stay = counted.matched - counted.changed;
  const reason = counted.refused[0]?.message;
  return (
    <>
      {action.verb === "cancel" && children}
      {counted.changed > 0 && action.verb in QUESTIONS && (
        <p>{QUESTIONS[action.verb as Risky].many}</p>
      )}
      {stay > 0 && (
        <p className="mt-1">
          {stay === 1 ? "1 job stays as it is" : `${jobs(stay)} stay as they are`}
          {reason && <>: {reason}</>}.
        </p>
      )}
    </>
  );
}

/** How many of them run: what is cancelled then is work that someone is at. */
function Running({ selection, shown }: { selection: Selection; shown: readonly Job[] }) {
  if (selection.kind === "some") return <RunningText count={runningAmong(selection.ids, shown)} />;
  const filter = countedForRunning(selection.filter);
  return filter && <RunningOfAll filter={filter} />;
}

/** Counted by the server already for the tabs, and as live as those. */
function RunningOfAll({ filter }: { filter: Omit<JobFilter, "state"> }) {
  const { data } = useJobCounts(filter);
  const more = data?.at_least.includes("running");
  return <RunningText count={data?.states.running ?? 0} more={more} />;
}

function RunningText({ count, more }: { count: number; more?: boolean }) {
  if (count === 0) return null;
  const many = `${more ? "At least " : ""}${formatCount(count)}`;
  return (
    <p className="font-medium text-text">
      {many} of the chosen {count === 1 ? "is" : "are"} running.
    </p>
  );
}
