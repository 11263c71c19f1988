// Keys that do something on the page that is shown: `/`, `j`, `g j`. One listener for all; the help
// lists what is there at the moment.
import { useEffect, useRef, useSyncExternalStore } from "react";

export type Shortcut = {
  /** One key, or two after each other: `g j`. */
  keys: string;
  label: string;
};

type Entry = Shortcut & { run: () => void };

const SEQUENCE_MS = 900;
const entries = new Set<Entry>();
const watchers = new Set<() => void>();
let listed: readonly Shortcut[] = [];
let first: { key: string; at: number } | null = null;

/** Keys that press what has the focus. */
const PRESSES = ["Enter", " "];

/** Keys belong to whoever is typed into, and to open dialogs and menus. */
function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return true;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("input:not([type=checkbox]), textarea, select, [contenteditable=true]")) {
    return true;
  }
  if (PRESSES.includes(event.key) && target?.closest("a, button, summary, input")) return true;
  return document.querySelector("[role=dialog], [role=alertdialog], [role=menu]") !== null;
}

function onKey(event: KeyboardEvent): void {
  if (isTaken(event)) {
    first = null;
    return;
  }
  const now = Date.now();
  const sequence = first && now - first.at < SEQUENCE_MS ? `${first.key} ${event.key}` : null;
  // The newest first: a part of a page may use a key for itself.
  const found = [...entries].reverse();
  const entry =
    found.find((entry) => entry.keys === sequence) ?? found.find((it) => it.keys === event.key);
  if (entry) {
    first = null;
    event.preventDefault();
    entry.run();
    return;
  }
  const begins = found.some((it) => it.keys.startsWith(`${event.key} `));
  first = begins ? { key: event.key, at: now } : null;
}

function changed(): void {
  listed = [...entries].map(({ keys, label }) => ({ keys, label }));
  for (const watcher of watchers) watcher();
}

function add(entry: Entry): () => void {
  if (entries.size === 0) document.addEventListener("keydown", onKey);
  entries.add(entry);
  changed();
  return () => {
    entries.delete(entry);
    if (entries.size === 0) document.removeEventListener("keydown", onKey);
    changed();
  };
}

export function useShortcut(keys: string, label: string, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => add({ keys, label, run: () => latest.current() }), [keys, label]);
}

/** Those that work now. */
export function useShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => listed,
  );
}
