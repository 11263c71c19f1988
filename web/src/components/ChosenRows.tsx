// Stands over a table while rows are chosen: how many, and what can be done with all of them.
import { type Api, usePaceline } from "@paceline/react";
import type { LucideIcon } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "./Button";
import { ConfirmDialog } from "./ConfirmDialog";

export type RowVerb<T> = {
  /** "Delete" */
  label: string;
  /** "deleted" */
  past: string;
  icon: LucideIcon;
  /** Rows that it is for; the others stay as they are. */
  isFor?: (row: T) => boolean;
  run: (api: Api, row: T) => Promise<unknown>;
  /** What it means; asked first when it is there. */
  warning?: string;
};

export type ChosenRowsProps<T> = {
  rows: readonly T[];
  /** "template", "templates" */
  nouns: readonly [one: string, many: string];
  verbs: readonly RowVerb<T>[];
  onClear: () => void;
};

export function ChosenRows<T>({ rows, nouns, verbs, onClear }: ChosenRowsProps<T>) {
  const { api, queries } = usePaceline();
  const [asked, setAsked] = useState<RowVerb<T> | null>(null);
  const [busy, setBusy] = useState(false);
  const count = (many: number) => `${many} ${nouns[many === 1 ? 0 : 1]}`;
  const meant = ({ isFor }: RowVerb<T>) => rows.filter((row) => isFor?.(row) ?? true);
  const run = async (verb: RowVerb<T>) => {
    setBusy(true);
    const all = meant(verb);
    const done = await Promise.allSettled(all.map((row) => verb.run(api, row)));
    const faults = done.flatMap((it) => (it.status === "rejected" ? [it.reason as Error] : []));
    const good = all.length - faults.length;
    if (faults[0])
      toast.error(`${count(good)} ${verb.past}; ${faults.length} not: ${faults[0].message}`);
    else toast.success(`${count(good)} ${verb.past}`);
    setBusy(false);
    setAsked(null);
    onClear();
    await queries.invalidateQueries();
  };
  return (
    <section
      aria-label={`Chosen ${nouns[1]}`}
      className="sticky top-14 z-20 flex flex-wrap items-center gap-2 rounded-lg border border-accent/40 bg-accent-soft px-3 py-2 md:top-2"
    >
      <p role="status" className="mr-2 text-[13px] font-medium tabular-nums">
        {count(rows.length)} selected
      </p>
      {verbs.map((verb) => (
        <Button
          key={verb.label}
          disabled={meant(verb).length === 0}
          busy={busy}
          onClick={() => (verb.warning ? setAsked(verb) : void run(verb))}
        >
          <verb.icon size={14} aria-hidden="true" className={verb.warning ? "text-failed" : ""} />
          {verb.label}
        </Button>
      ))}
      <Button look="quiet" className="ml-auto" onClick={onClear}>
        Clear
      </Button>
      <ConfirmDialog
        open={asked !== null}
        onOpenChange={(open) => open || setAsked(null)}
        title={asked ? `${asked.label} ${count(meant(asked).length)}?` : ""}
        verb={asked?.label ?? ""}
        danger
        busy={busy}
        onConfirm={() => asked && void run(asked)}
      >
        {asked?.warning}
      </ConfirmDialog>
    </section>
  );
}
