// The node that answers, its workers, and what each of them does.
import {
  formatBytes,
  formatCount,
  formatDuration,
  type Status,
  useNow,
  useQueueStatus,
  type Worker,
} from "@paceline/react";
import { Link } from "@tanstack/react-router";
import { Cpu } from "lucide-react";
import type { ReactNode } from "react";
import { EmptyState } from "~/components/Blank";
import { DataTable } from "~/components/DataTable";
import { Loaded } from "~/components/Loaded";
import { PageFrame } from "~/components/PageFrame";
import { Tag } from "~/components/Tag";

export function Workers() {
  return (
    <PageFrame title="Workers">
      <Loaded query={useQueueStatus()} what="the workers">
        {(status) => (
          <>
            <Node status={status} />
            {status.workers.length === 0 ? (
              <EmptyState icon={Cpu} title="This node has no workers">
                Put a pool into <code>paceline.toml</code>: jobs wait until some worker declares
                their task.
              </EmptyState>
            ) : (
              <DataTable
                label="Workers"
                rows={status.workers}
                keyOf={(worker) => worker.name}
                columns={COLUMNS}
              />
            )}
          </>
        )}
      </Loaded>
    </PageFrame>
  );
}

function Node({ status: { machine, node, version } }: { status: Status }) {
  const used = (machine.memory_total_bytes ?? 0) - (machine.memory_available_bytes ?? 0);
  return (
    <section
      aria-label="Node"
      className="flex flex-col gap-4 rounded-lg border border-border bg-surface p-4 md:p-5"
    >
      <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
        <Fact label="Takes work">
          {node.gate ? <Tag tone="warn">{node.gate}</Tag> : <Tag tone="good">Yes</Tag>}
        </Fact>
        <Fact label="Load">
          {machine.load == null ? "–" : `${machine.load.toFixed(1)} on ${machine.cores} cores`}
        </Fact>
        <Fact label="Memory used">
          {formatBytes(used)} of {formatBytes(machine.memory_total_bytes)}
        </Fact>
        <Fact label="Version">{version}</Fact>
        {Object.entries(node.resources).map(([name, { used, has }]) => (
          <Fact key={name} label={`Taken: ${name}`}>
            {name === "memory"
              ? `${formatBytes(used)} of ${formatBytes(has)}`
              : `${used} of ${has}`}
          </Fact>
        ))}
      </dl>
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="font-medium break-words tabular-nums">{children}</dd>
    </div>
  );
}

const TONES: Record<Worker["state"], "good" | "bad" | "warn" | "plain"> = {
  starting: "plain",
  idle: "good",
  busy: "good",
  recycling: "plain",
  broken: "bad",
  stopped: "warn",
};

const COLUMNS = [
  {
    head: "Worker",
    cell: (worker: Worker) => (
      <>
        <span className="font-medium wrap-anywhere">{worker.name}</span>
        <span className="line-clamp-4 text-xs wrap-anywhere text-muted">
          {worker.tasks.join(", ")}
        </span>
      </>
    ),
  },
  { head: "State", cell: (worker: Worker) => <State worker={worker} /> },
  { head: "Job", cell: (worker: Worker) => <JobOf worker={worker} /> },
  { head: "Memory", cell: (worker: Worker) => formatBytes(worker.memory_bytes), number: true },
  { head: "Items done", cell: (worker: Worker) => formatCount(worker.items_done), number: true },
  { head: "Process", cell: (worker: Worker) => worker.pid ?? "–", number: true },
];

function State({ worker: { state, since, last_error } }: { worker: Worker }) {
  const now = useNow();
  return (
    <>
      <Tag tone={TONES[state]}>{state.charAt(0).toUpperCase() + state.slice(1)}</Tag>
      <span className="block text-xs whitespace-nowrap text-muted">
        for {formatDuration((now - Date.parse(since)) / 1000)}
      </span>
      {last_error && state !== "idle" && state !== "busy" && (
        <span className="block text-xs text-failed">{last_error}</span>
      )}
    </>
  );
}

function JobOf({ worker }: { worker: Worker }) {
  if (!worker.job) return <span className="text-muted">–</span>;
  return (
    <Link
      to="/jobs/$id"
      params={{ id: worker.job }}
      className="font-mono text-xs whitespace-nowrap text-accent underline underline-offset-2"
    >
      {worker.job.slice(0, 13)}
    </Link>
  );
}
