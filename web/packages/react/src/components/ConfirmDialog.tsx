// Asks before something that cannot be taken back, and names what it will do.
import { AlertDialog } from "radix-ui";
import type { ReactElement, ReactNode } from "react";

export type ConfirmDialogProps = {
  /** A question that names what is done to what: "Cancel 12 jobs?" */
  title: string;
  /** What that means, in a sentence. */
  children: ReactNode;
  /** The word of the button that does it. */
  verb: string;
  onConfirm: () => void;
  /** The button that asks; it has the focus again afterwards. */
  trigger: ReactElement;
};

export function ConfirmDialog({ title, children, verb, onConfirm, trigger }: ConfirmDialogProps) {
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger asChild>{trigger}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="pl-overlay" data-layer="confirm" />
        <AlertDialog.Content className="pl-popup pl-confirm">
          <AlertDialog.Title className="pl-title">{title}</AlertDialog.Title>
          <AlertDialog.Description className="pl-confirm-text">{children}</AlertDialog.Description>
          <div className="pl-controls pl-confirm-foot">
            <AlertDialog.Cancel className="pl-button">Keep as it is</AlertDialog.Cancel>
            <AlertDialog.Action className="pl-button pl-danger" onClick={onConfirm}>
              {verb}
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
