// Items one below the other; each opens to what it was given and what came of it.
import {
  formatDuration,
  formatTime,
  type Item,
  type ItemState,
  type JobState,
  JobStateMark,
} from "@paceline/react";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { Json } from "~/components/Json";
import { Traceback } from "./JobNotes";

/** Items have words of their own for what jobs call completed and merged. */
const LIKE: Record<ItemState, JobState> = {
  pending: "pending",
  running: "running",
  succeeded: "completed",
  failed: "failed",
  skipped: "merged",
  cancelled: "cancelled",
};

export function ItemMark({ state }: { state: ItemState }) {
  return <JobStateMark state={LIKE[state]} word={state.charAt(0).toUpperCase() + state.slice(1)} />;
}

export function ItemTable({ items, open = false }: { items: readonly Item[]; open?: boolean }) {
  return (
    <ul className="divide-y divide-border overflow-hidden rounded-lg border border-border bg-surface">
      {items.map((item) => (
        <ItemRow key={item.seq} item={item} initially={open} />
      ))}
    </ul>
  );
}

/** In one line what matters most: the error, else the result. */
function summary(item: Item): string {
  if (item.error) return item.error.message;
  if (item.result !== null && item.result !== undefined) return JSON.stringify(item.result);
  return "";
}

function ItemRow({ item, initially }: { item: Item; initially: boolean }) {
  const [open, setOpen] = useState(initially);
  const name = item.key ?? `#${item.seq}`;
  return (
    <li className="even:bg-sunken/40">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="grid w-full grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-0.5 px-3 py-2 text-left text-[13px] hover:bg-hover md:grid-cols-[auto_minmax(0,14rem)_7rem_minmax(0,1fr)_5rem]"
      >
        <ChevronRight
          size={14}
          aria-hidden="true"
          className={`text-muted transition-transform ${open ? "rotate-90" : ""}`}
        />
        <span dir="auto" title={name} className="truncate text-left font-medium">
          {name}
        </span>
        <ItemMark state={item.state} />
        <span
          dir="auto"
          className={`col-span-2 col-start-2 truncate text-left font-mono text-xs md:col-span-1 md:col-start-auto ${
            item.error ? "text-failed" : "text-muted"
          }`}
        >
          {summary(item)}
        </span>
        <span className="hidden text-right text-xs text-muted tabular-nums md:block">
          {item.duration_ms == null ? "" : formatDuration(item.duration_ms / 1000)}
        </span>
      </button>
      {open && <ItemDetails item={item} />}
    </li>
  );
}

function ItemDetails({ item }: { item: Item }) {
  return (
    <div className="flex flex-col gap-3 border-t border-border bg-surface px-4 py-3 text-[13px] md:pl-10">
      <p className="text-xs text-muted tabular-nums">
        Position {item.seq} · {item.attempts === 1 ? "1 attempt" : `${item.attempts} attempts`}
        {item.duration_ms != null && ` · ${formatDuration(item.duration_ms / 1000)}`}
        {item.finished_at && ` · ${formatTime(item.finished_at)}`}
      </p>
      {item.error && (
        <div>
          <p dir="auto" className="break-words whitespace-pre-wrap text-failed">
            {item.error.kind}: {item.error.message}
          </p>
          {item.error.traceback && <Traceback text={item.error.traceback} />}
        </div>
      )}
      <div className="grid gap-3 md:grid-cols-2">
        <Json label="Payload" value={item.payload} />
        {item.result !== null && item.result !== undefined && (
          <Json label="Result" value={item.result} />
        )}
      </div>
    </div>
  );
}
