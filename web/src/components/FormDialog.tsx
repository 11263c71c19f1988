// A small form over the page.
import { Dialog } from "radix-ui";
import type { FormEvent, ReactNode } from "react";
import { useFocusBack } from "~/lib/useFocusBack";
import { Button } from "./Button";

export type FormDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** The verb of the button. */
  verb: string;
  busy?: boolean;
  onSubmit: () => void;
  children: ReactNode;
};

export function FormDialog(props: FormDialogProps) {
  const { open, onOpenChange, title, verb, busy, onSubmit, children } = props;
  const focusBack = useFocusBack(open);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // To React a dialog is within what asked for it: a form there would be sent as well.
    event.stopPropagation();
    if (!busy) onSubmit();
  };
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-backdrop" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={focusBack}
          className="fixed top-1/2 left-1/2 z-50 max-h-[90dvh] w-[min(480px,calc(100vw-32px))] -translate-1/2 overflow-auto rounded-xl border border-border bg-surface p-5 shadow-xl"
        >
          <Dialog.Title className="text-base font-semibold">{title}</Dialog.Title>
          <form onSubmit={submit} className="mt-4 flex flex-col gap-4">
            {children}
            <div className="mt-1 flex justify-end gap-2">
              <Dialog.Close asChild>
                <Button>Close</Button>
              </Dialog.Close>
              <Button look="primary" type="submit" busy={busy}>
                {verb}
              </Button>
            </div>
          </form>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
