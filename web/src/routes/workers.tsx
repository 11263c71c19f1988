// All nodes and their workers: what each of them does, and how the nodes were over time.
import { formatBytes, formatCount, formatDuration, useNow } from "@paceline/react";
import { Link } from "@tanstack/react-router";
import { Cpu } from "lucide-react";
import { lazy, Suspense } from "react";
import { EmptyState, Loading } from "~/components/Blank";
import { DataTable } from "~/components/DataTable";
import { Loaded } from "~/components/Loaded";
import { PageFrame } from "~/components/PageFrame";
import { Tag } from "~/components/Tag";
import { NodesTable } from "~/features/nodes/NodesTable";
import { Resources } from "~/features/nodes/Resources";
import { useNodes, useWorkers } from "~/lib/reads";
import type { NodeWorker } from "~/lib/shapes";

const SystemPlots = lazy(() => import("~/features/nodes/SystemPlots"));

export function Workers() {
  const empty = (
    <EmptyState icon={Cpu} title="No node has workers">
      Put a pool into <code>paceline.toml</code>: jobs wait until some worker declares their task.
    </EmptyState>
  );
  return (
    <PageFrame title="Workers">
      <section aria-label="Nodes" className="flex flex-col gap-2">
        <Loaded query={useNodes()} what="the nodes">
          {({ items }) => <NodesTable nodes={items} />}
        </Loaded>
        <Resources />
      </section>
      <section aria-label="Workers">
        <Loaded
          query={useWorkers()}
          what="the workers"
          empty={empty}
          isEmpty={({ items }) => items.length === 0}
        >
          {({ items }) => (
            <DataTable label="Workers" rows={items} keyOf={keyOf} columns={columnsFor(items)} />
          )}
        </Loaded>
      </section>
      <section aria-label="Over the last hour" className="flex flex-col gap-2">
        <h2 className="text-sm font-semibold">All nodes over the last hour</h2>
        <Suspense fallback={<Loading label="Loading the plots" className="h-[448px]" />}>
          <SystemPlots />
        </Suspense>
      </section>
    </PageFrame>
  );
}

const keyOf = (worker: NodeWorker) => `${worker.node} ${worker.name}`;

const TONES: Record<NodeWorker["state"], "good" | "bad" | "warn" | "plain"> = {
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
    cell: (worker: NodeWorker) => (
      <>
        <span className="font-medium wrap-anywhere">{worker.name}</span>
        <span className="line-clamp-4 text-xs wrap-anywhere text-muted">
          {worker.tasks.join(", ")}
        </span>
      </>
    ),
  },
  { head: "State", cell: (worker: NodeWorker) => <State worker={worker} /> },
  { head: "Job", cell: (worker: NodeWorker) => <JobOf worker={worker} /> },
  { head: "Memory", cell: (worker: NodeWorker) => formatBytes(worker.memory_bytes), number: true },
  {
    head: "Items done",
    cell: (worker: NodeWorker) => formatCount(worker.items_done),
    number: true,
  },
  { head: "Process", cell: (worker: NodeWorker) => worker.pid ?? "–", number: true },
];

/** The node is named where there are several. */
function columnsFor(workers: readonly NodeWorker[]) {
  const [worker, ...rest] = COLUMNS;
  if (!worker || new Set(workers.map((one) => one.node)).size < 2) return COLUMNS;
  const node = {
    head: "Node",
    cell: (worker: NodeWorker) => (
      <span className="wrap-anywhere">
        {worker.node_name} <span className="text-muted">{worker.node}</span>
      </span>
    ),
  };
  return [worker, node, ...rest];
}

function State({ worker: { state, since, last_error } }: { worker: NodeWorker }) {
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

function JobOf({ worker }: { worker: NodeWorker }) {
  if (!worker.job) return <span className="text-muted">–</span>;
  return (
    <>
      <Link
        to="/jobs/$id"
        params={{ id: worker.job }}
        className="font-mono text-xs whitespace-nowrap text-accent underline underline-offset-2"
      >
        {worker.job.slice(0, 13)}
      </Link>
      {worker.chunk_items != null && (
        <span className="block text-xs whitespace-nowrap text-muted">
          a chunk of {worker.chunk_items} {worker.chunk_items === 1 ? "item" : "items"}
        </span>
      )}
    </>
  );
}
