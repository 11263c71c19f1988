// Ctrl-K: any page and any job, by a few letters of it. Loaded when it is first asked for.
import { JobStateMark, markOf, useJobs } from "@paceline/react";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Keyboard, Search } from "lucide-react";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { PAGES } from "~/nav";

const ENTRY =
  "flex items-center gap-2.5 rounded-md px-2.5 py-2 text-[13px] data-[selected=true]:bg-hover";
const GROUP =
  "p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted";

type PaletteProps = { onClose: () => void; showHelp: () => void };

export default function Palette({ onClose, showHelp }: PaletteProps) {
  const navigate = useNavigate();
  const [opener] = useState(() => document.activeElement);
  const [text, setText] = useState("");
  const typed = text.trim();
  const asked = useDeferredValue(typed);
  const { data } = useJobs({ limit: 8, ...(asked && { q: asked }) });
  const matches = (label: string) => label.toLowerCase().includes(typed.toLowerCase());
  const pages = PAGES.filter((page) => matches(page.label));
  const keys = matches("Keys");
  const list = useRef<HTMLDivElement>(null);
  // By itself the list marks its first entry only when something is typed, and loses the mark when the
  // marked one goes together with others: Enter would do nothing.
  useEffect(() => markSome(list.current));
  // It is gone when it is closed: who had the focus before has it again.
  useEffect(
    () => () => {
      setTimeout(() => {
        if (document.activeElement !== document.body) return;
        if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
      });
    },
    [opener],
  );
  const leave = (go: () => void) => () => {
    onClose();
    go();
  };
  return (
    <Command.Dialog
      open
      onOpenChange={(open) => open || onClose()}
      label="Go to"
      shouldFilter={false}
      overlayClassName="fixed inset-0 z-50 bg-backdrop"
      contentClassName="fixed top-[12dvh] left-1/2 z-50 w-[min(560px,calc(100vw-32px))] -translate-x-1/2 overflow-hidden rounded-xl border border-border bg-surface shadow-xl"
    >
      <div className="flex items-center gap-2.5 border-b border-border px-4">
        <Search size={16} aria-hidden="true" className="text-muted" />
        <Command.Input
          value={text}
          onValueChange={setText}
          placeholder="A page or a job …"
          className="h-12 w-full bg-transparent text-sm outline-none"
        />
      </div>
      <Command.List ref={list} className="max-h-[50dvh] overflow-auto">
        <Command.Empty className="px-4 py-8 text-center text-[13px] text-muted">
          Nothing is called that.
        </Command.Empty>
        {(pages.length > 0 || keys) && (
          <Command.Group heading="Pages" className={GROUP}>
            {pages.map((page) => (
              <Command.Item
                key={page.to}
                value={page.to}
                className={ENTRY}
                onSelect={leave(() => void navigate({ to: page.to }))}
              >
                <page.icon size={16} aria-hidden="true" className="text-muted" />
                {page.label}
              </Command.Item>
            ))}
            {keys && (
              <Command.Item value="keys" className={ENTRY} onSelect={leave(showHelp)}>
                <Keyboard size={16} aria-hidden="true" className="text-muted" />
                Keys
              </Command.Item>
            )}
          </Command.Group>
        )}
        {(data?.items.length ?? 0) > 0 && (
          <Command.Group heading="Jobs" className={GROUP}>
            {data?.items.map((job) => (
              <Command.Item
                key={job.id}
                value={job.id}
                className={ENTRY}
                onSelect={leave(() => void navigate({ to: "/jobs/$id", params: { id: job.id } }))}
              >
                <span className="min-w-0 flex-1 truncate">{job.name}</span>
                <JobStateMark {...markOf(job)} />
              </Command.Item>
            ))}
          </Command.Group>
        )}
      </Command.List>
    </Command.Dialog>
  );
}

/** Marks the first entry when none is, as the key Home does. */
function markSome(list: HTMLElement | null): void {
  if (list?.querySelector("[role=option][aria-selected=true]")) return;
  list?.dispatchEvent(new KeyboardEvent("keydown", { key: "Home", bubbles: true }));
}
