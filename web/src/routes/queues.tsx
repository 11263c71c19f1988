// Queues and limits: what may run at once, and what is held back.
import { formatCount } from "@paceline/react";
import { Link } from "@tanstack/react-router";
import { ListTree } from "lucide-react";
import { EmptyState } from "~/components/Blank";
import { DataTable } from "~/components/DataTable";
import { HoldTag } from "~/components/HoldTag";
import { Loaded } from "~/components/Loaded";
import { PageFrame } from "~/components/PageFrame";
import { LimitsTable } from "~/features/limits/LimitsTable";
import { QUEUES, QueueControls } from "~/features/limits/QueueControls";
import { useQueues } from "~/lib/reads";
import type { Queue } from "~/lib/shapes";

export function Queues() {
  const empty = (
    <EmptyState icon={ListTree} title="No queue is used yet">
      Jobs go to the queue <code>default</code>, or to the one that they name.
    </EmptyState>
  );
  return (
    <PageFrame title="Queues and limits">
      <section aria-label="Queues">
        <Loaded
          query={useQueues()}
          what="the queues"
          empty={empty}
          isEmpty={({ items }) => items.length === 0}
        >
          {({ items }) => (
            <DataTable
              label="Queues"
              rows={items}
              keyOf={(queue) => queue.name}
              columns={COLUMNS}
              choose={QUEUES}
              actions={(queue) => <QueueControls queue={queue} />}
            />
          )}
        </Loaded>
      </section>
      <section aria-label="Limits" className="flex flex-col gap-2">
        <h2 className="text-sm font-semibold">Limits in force</h2>
        <p className="text-[13px] text-muted">
          All that apply to a job must have room before it starts; a job that waits says which has
          none.
        </p>
        <LimitsTable />
      </section>
    </PageFrame>
  );
}

function waiting({ jobs }: Queue): number {
  return (jobs.pending ?? 0) + (jobs.scheduled ?? 0) + (jobs.blocked ?? 0);
}

const COLUMNS = [
  {
    head: "Queue",
    cell: (queue: Queue) => (
      <Link
        to="/jobs"
        search={{ tab: "active", queue: queue.name }}
        dir="auto"
        className="font-medium wrap-anywhere hover:text-accent hover:underline"
      >
        {queue.name}
      </Link>
    ),
  },
  { head: "Starts jobs", cell: (queue: Queue) => <HoldTag hold={queue.paused} /> },
  { head: "Running", cell: (queue: Queue) => formatCount(queue.running), number: true },
  { head: "At most", cell: (queue: Queue) => queue.max_running ?? "no limit", number: true },
  { head: "Waiting", cell: (queue: Queue) => formatCount(waiting(queue)), number: true },
  { head: "Failed", cell: (queue: Queue) => formatCount(queue.jobs.failed ?? 0), number: true },
];
