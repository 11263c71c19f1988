// Asks why something is held back: the jobs that wait show the words to people.
import { useState } from "react";
import { FormDialog } from "./FormDialog";
import { TextField } from "./fields";

export type PauseDialogProps = {
  /** "the task predict_race" */
  what: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  busy: boolean;
  onPause: (reason: string | null) => void;
};

export function PauseDialog({ what, open, onOpenChange, busy, onPause }: PauseDialogProps) {
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Pause ${what}?`}
      verb="Pause"
      busy={busy}
      onSubmit={() => onPause(reason.trim() || null)}
    >
      <p className="text-[13px] text-muted">
        No further job of it starts until it is resumed. What runs goes on.
      </p>
      <TextField
        label="Reason"
        value={reason}
        onChange={setReason}
        hint="Shown at every job that waits for it"
      />
    </FormDialog>
  );
}
