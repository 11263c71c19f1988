// Batches: jobs that belong together, with their joint progress.
import { formatAgo, formatDuration, useNow } from "@paceline/react";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Layers } from "lucide-react";
import { EmptyState } from "~/components/Blank";
import { Button } from "~/components/Button";
import { DataTable } from "~/components/DataTable";
import { Loaded } from "~/components/Loaded";
import { PageFrame } from "~/components/PageFrame";
import { BatchBar, BatchStates } from "~/features/batches/BatchBar";
import { useBatches } from "~/lib/reads";
import type { Batch } from "~/lib/shapes";

const route = getRouteApi("/batches");

export function Batches() {
  const { cursor } = route.useSearch();
  const navigate = useNavigate();
  const empty = (
    <EmptyState icon={Layers} title="There are no batches yet">
      Jobs that are submitted with the same <code>batch</code> belong together.
    </EmptyState>
  );
  return (
    <PageFrame title="Batches">
      <Loaded
        query={useBatches(cursor)}
        what="the batches"
        empty={empty}
        isEmpty={({ items }) => items.length === 0 && !cursor}
      >
        {({ items, next_cursor: next }) => (
          <>
            <DataTable label="Batches" rows={items} keyOf={(batch) => batch.id} columns={COLUMNS} />
            <div className="flex justify-end gap-2 empty:hidden">
              {cursor && (
                <Button onClick={() => void navigate({ to: "/batches", search: {} })}>
                  To the newest
                </Button>
              )}
              {next && (
                <Button onClick={() => void navigate({ to: "/batches", search: { cursor: next } })}>
                  Older
                </Button>
              )}
            </div>
          </>
        )}
      </Loaded>
    </PageFrame>
  );
}

const COLUMNS = [
  { head: "Batch", cell: (batch: Batch) => <Name batch={batch} /> },
  { head: "Progress", cell: (batch: Batch) => <BatchBar batch={batch} /> },
  { head: "Jobs", cell: (batch: Batch) => <BatchStates jobs={batch.jobs} /> },
  {
    head: "Time left",
    cell: (batch: Batch) =>
      batch.state === "completed" ? "–" : formatDuration(batch.progress.eta_seconds),
    number: true,
  },
  { head: "Created", cell: (batch: Batch) => <Ago time={batch.created_at} />, number: true },
];

function Name({ batch }: { batch: Batch }) {
  return (
    <>
      <Link
        to="/batches/$id"
        params={{ id: batch.id }}
        dir="auto"
        className="font-medium wrap-anywhere hover:text-accent hover:underline"
      >
        {batch.name}
      </Link>
      {batch.reason && (
        <span dir="auto" className="line-clamp-3 text-left text-xs text-muted">
          {batch.reason}
        </span>
      )}
    </>
  );
}

function Ago({ time }: { time: string }) {
  return <time dateTime={time}>{formatAgo(time, useNow())}</time>;
}
