// The limits in force, who said them, and how full they are.
import { unwrap } from "@paceline/react";
import { Gauge } from "lucide-react";
import { useState } from "react";
import { EmptyState } from "~/components/Blank";
import { Button } from "~/components/Button";
import { DataTable } from "~/components/DataTable";
import { Loaded } from "~/components/Loaded";
import { useLimits } from "~/lib/reads";
import type { Limit } from "~/lib/shapes";
import { useChange } from "~/lib/useChange";
import { LimitDialog } from "./LimitDialog";

const SOURCES: Record<Limit["source"], string> = {
  set: "set while running",
  configured: "configured",
  nobody: "–",
};

export function LimitsTable() {
  const [asked, setAsked] = useState<Limit | null>(null);
  const change = useChange({
    run: (api, body: { set?: Record<string, number>; unset?: string[] }) =>
      unwrap(api.PUT("/api/v1/limits", { body })),
    onDone: () => setAsked(null),
    quiet: true,
  });
  const actions = (limit: Limit) => (
    <>
      {limit.source === "set" && (
        <Button onClick={() => change.mutate({ unset: [limit.name] })}>As configured</Button>
      )}
      <Button onClick={() => setAsked(limit)}>Set</Button>
    </>
  );
  return (
    <>
      <Loaded
        query={useLimits()}
        what="the limits"
        empty={<EmptyState icon={Gauge} title="Nothing is limited" />}
        isEmpty={({ items }) => items.length === 0}
      >
        {({ items }) => (
          <DataTable
            label="Limits"
            rows={items}
            keyOf={(limit) => limit.name}
            columns={COLUMNS}
            actions={actions}
          />
        )}
      </Loaded>
      {asked && (
        <LimitDialog
          name={limitText(asked.name)}
          most={asked.most}
          busy={change.isPending}
          error={change.error}
          onClose={() => setAsked(null)}
          onSet={(most) => change.mutate({ set: { [asked.name]: most } })}
        />
      )}
    </>
  );
}

const NAMES: Record<string, string> = {
  jobs: "all jobs together",
  jobs_per_user: "each user",
  jobs_per_task: "each task",
  jobs_per_queue: "each queue",
  jobs_per_key: "each key",
};

function limitText(name: string): string {
  return NAMES[name] ?? name.replace(":", " ");
}

const COLUMNS = [
  {
    head: "Limit",
    cell: (limit: Limit) => (
      <span className="font-medium wrap-anywhere">{limitText(limit.name)}</span>
    ),
  },
  {
    head: "Running at most",
    cell: (limit: Limit) => limit.most ?? "no limit",
    number: true,
  },
  { head: "Running", cell: runningText, number: true },
  { head: "Source", cell: (limit: Limit) => SOURCES[limit.source] },
];

function runningText({ running, fullest }: Limit): string {
  if (running != null) return String(running);
  const some = (fullest ?? []).slice(0, 3).map(({ name, running }) => `${name} ${running}`);
  return some.join(", ") || "0";
}
