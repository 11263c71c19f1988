// Keys that work on every page, and the list of all keys that work now.
import { useNavigate } from "@tanstack/react-router";
import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import { useEffect } from "react";
import { useShortcut, useShortcuts } from "~/lib/shortcuts";
import { useFocusBack } from "~/lib/useFocusBack";
import { PAGES, type Page } from "~/nav";
import { IconButton } from "./Button";

export type ShellShortcutsProps = {
  help: boolean;
  setHelp: (open: boolean) => void;
  togglePalette: () => void;
};

export function ShellShortcuts({ help, setHelp, togglePalette }: ShellShortcutsProps) {
  useShortcut("?", "This list", () => setHelp(true));
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      togglePalette();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [togglePalette]);
  return (
    <>
      {PAGES.map((page) => (
        <GoTo key={page.to} page={page} />
      ))}
      <HelpDialog open={help} onOpenChange={setHelp} />
    </>
  );
}

function GoTo({ page }: { page: Page }) {
  const navigate = useNavigate();
  useShortcut(`g ${page.key}`, `Go to ${page.label}`, () => void navigate({ to: page.to }));
  return null;
}

function HelpDialog({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const shortcuts = useShortcuts();
  const focusBack = useFocusBack(open);
  const seen = new Map(shortcuts.map(({ keys, label }) => [keys, label]));
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-backdrop" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={focusBack}
          className="fixed top-1/2 left-1/2 z-50 max-h-[80dvh] w-[min(440px,calc(100vw-32px))] -translate-1/2 overflow-auto rounded-xl border border-border bg-surface p-5 shadow-xl"
        >
          <div className="mb-3 flex items-center justify-between">
            <Dialog.Title className="text-base font-semibold">Keys</Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label="Close">
                <X size={16} aria-hidden="true" />
              </IconButton>
            </Dialog.Close>
          </div>
          <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2 text-[13px]">
            <Line keys="Ctrl K" label="Go to a page or find a job" />
            {[...seen].map(([keys, label]) => (
              <Line key={keys} keys={keys} label={label} />
            ))}
          </dl>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Line({ keys, label }: { keys: string; label: string }) {
  return (
    <>
      <dt className="flex gap-1">
        {keys.split(" ").map((key) => (
          <kbd
            key={key}
            className="min-w-6 rounded border border-border bg-sunken px-1.5 py-0.5 text-center font-sans text-xs"
          >
            {key}
          </kbd>
        ))}
      </dt>
      <dd>{label}</dd>
    </>
  );
}
