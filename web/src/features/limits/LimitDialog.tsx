// Sets most running jobs, of anything that can be limited.
import { useState } from "react";
import { FormDialog } from "~/components/FormDialog";
import { FormError, TextField } from "~/components/fields";
import { fieldErrors } from "~/lib/useChange";

export type LimitDialogProps = {
  /** "queue:default" */
  name: string;
  most: number | null | undefined;
  busy: boolean;
  error: Error | null;
  onClose: () => void;
  /** 0 is no limit. */
  onSet: (most: number) => void;
};

export function LimitDialog({ name, most, busy, error, onClose, onSet }: LimitDialogProps) {
  const [text, setText] = useState(most ? String(most) : "");
  const value = text.trim() === "" ? 0 : Number(text);
  const wrong = Number.isInteger(value) && value >= 0 ? undefined : "must be a whole number";
  return (
    <FormDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={`Most running jobs: ${name}`}
      verb="Set"
      busy={busy || wrong !== undefined}
      onSubmit={() => onSet(value)}
    >
      <TextField
        label="Most running jobs at once"
        inputMode="numeric"
        value={text}
        onChange={setText}
        error={wrong}
        hint="Left empty: no limit. Jobs that run already go on"
      />
      <FormError>{Object.values(fieldErrors(error)).join("; ")}</FormError>
    </FormDialog>
  );
}
