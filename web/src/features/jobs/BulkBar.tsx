// Stands over the list while rows are chosen: how many, and what can be done with them.
import { formatCount, type Job, type JobFilter, type JobPage, stateWord } from "@paceline/react";
import { Ban, CirclePause, CirclePlay, Flag, RefreshCw, RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "~/components/Button";
import { Menu } from "~/components/Menu";
import { BulkDialog } from "./BulkDialog";
import { PRIORITIES } from "./JobMenu";
import { type BulkAction, type BulkVerb, NOTHING, type Selection } from "./selection";

const ACTIONS: readonly { verb: BulkVerb; label: string; icon: typeof Ban }[] = [
  { verb: "cancel", label: "Cancel", icon: Ban },
  { verb: "pause", label: "Pause", icon: CirclePause },
  { verb: "resume", label: "Resume", icon: CirclePlay },
  { verb: "retry", label: "Retry", icon: RefreshCw },
  { verb: "restart", label: "Restart", icon: RotateCcw },
  { verb: "delete", label: "Delete", icon: Trash2 },
];

export type BulkBarProps = {
  selection: Selection;
  setSelection: (selection: Selection) => void;
  filter: JobFilter;
  data: JobPage;
};

export function BulkBar({ selection, setSelection, filter, data }: BulkBarProps) {
  const [asked, setAsked] = useState<BulkAction | null>(null);
  const total = data.total ?? data.total_at_least ?? data.items.length;
  const all = selection.kind === "all";
  const count = all ? total : selection.ids.size;
  const wholePage = !all && data.items.every((job: Job) => selection.ids.has(job.id));
  const priorities = PRIORITIES.map((priority) => ({
    label: stateWord(priority as never),
    icon: Flag,
    run: () => setAsked({ verb: "change", priority }),
  }));
  return (
    <section
      aria-label="Chosen jobs"
      className="sticky top-14 z-20 flex flex-wrap items-center gap-2 rounded-lg border border-accent/40 bg-accent-soft px-3 py-2 md:top-2"
    >
      <p role="status" className="mr-2 text-[13px] font-medium tabular-nums">
        {all ? `All ${formatCount(count)} matching` : formatCount(count)} selected
      </p>
      {wholePage && total > count && (
        <Button onClick={() => setSelection({ kind: "all", filter })}>
          Select all {formatCount(total)}
          {data.total_at_least ? "+" : ""} matching
        </Button>
      )}
      {ACTIONS.map(({ verb, label, icon: Icon }) => (
        <Button key={verb} onClick={() => setAsked({ verb })}>
          <Icon size={14} aria-hidden="true" className={verb === "delete" ? "text-failed" : ""} />
          {label}
        </Button>
      ))}
      <Menu entries={priorities}>
        <Button>
          <Flag size={14} aria-hidden="true" />
          Priority
        </Button>
      </Menu>
      <Button look="quiet" className="ml-auto" onClick={() => setSelection(NOTHING)}>
        Clear
      </Button>
      <BulkDialog
        action={asked}
        selection={selection}
        jobs={data.items}
        onClose={() => setAsked(null)}
        onDone={() => {
          setAsked(null);
          setSelection(NOTHING);
        }}
      />
    </section>
  );
}
