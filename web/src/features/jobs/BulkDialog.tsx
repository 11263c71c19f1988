// Names what an action would do, counted by the server a moment ago, and does it.
import {
  type Controlled,
  formatCount,
  type Job,
  useBulkAction,
  useBulkPreview,
} from "@paceline/react";
import { useMemo } from "react";
import { toast } from "sonner";
import { ConfirmDialog } from "~/components/ConfirmDialog";
import { touch } from "~/lib/endToasts";
import { QUESTIONS, type Risky } from "./questions";
import { type BulkAction, runningAmong, type Selection, toRequest } from "./selection";

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
        <Particulars counted={counted} action={action} running={runningAmong(selection, shown)} />
      )}
    </ConfirmDialog>
  );
}

type ParticularsProps = { counted: Controlled; action: BulkAction; running: number | undefined };

function Particulars({ counted, action, running }: ParticularsProps) {
  const stay = counted.matched - counted.changed;
  const reason = counted.refused[0]?.message;
  return (
    <>
      {action.verb === "cancel" && running !== undefined && running > 0 && (
        <p className="font-medium text-text">
          {running === 1 ? "1 of the chosen is" : `${formatCount(running)} of the chosen are`}{" "}
          running.
        </p>
      )}
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
