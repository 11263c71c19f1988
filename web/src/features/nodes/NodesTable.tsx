// All nodes: whether they take work, what their machines do, and taking one out.
import { formatAgo, formatCount, useNow } from "@paceline/react";
import { useState } from "react";
import { Button } from "~/components/Button";
import { ConfirmDialog } from "~/components/ConfirmDialog";
import { DataTable } from "~/components/DataTable";
import type { Node } from "~/lib/shapes";
import { useDrain, useResume } from "./drain";
import { cpuOf, memoryOf } from "./gauges";
import { isShut, NodeTag } from "./NodeTag";

export function NodesTable({ nodes }: { nodes: readonly Node[] }) {
  return (
    <DataTable
      label="Nodes"
      rows={nodes}
      keyOf={(node) => String(node.id)}
      columns={COLUMNS}
      actions={(node) => <NodeControls node={node} />}
    />
  );
}

const COLUMNS = [
  {
    head: "Node",
    cell: (node: Node) => (
      <>
        <span className="font-medium wrap-anywhere">{node.name}</span>
        <span className="block text-xs text-muted">
          number {node.id} · {node.version}
          {node.answers && " · answers here"}
        </span>
      </>
    ),
  },
  { head: "State", cell: (node: Node) => <State node={node} /> },
  { head: "Workers", cell: workersOf, number: true },
  { head: "CPU", cell: cpuOf, number: true },
  { head: "Memory", cell: memoryOf, number: true },
  { head: "Items done", cell: (node: Node) => formatCount(node.items_done), number: true },
];

function State({ node }: { node: Node }) {
  const { gate, seen_at } = node;
  const now = useNow();
  return (
    <>
      <NodeTag node={node} />
      {isShut(node) && <span className="block text-xs text-muted">{gate}</span>}
      {!node.answers && (
        <span className="block text-xs whitespace-nowrap text-muted">
          {seen_at ? `seen ${formatAgo(seen_at, now)}` : "has not said yet how it is"}
        </span>
      )}
    </>
  );
}

function workersOf({ workers }: Node) {
  const all = Object.values(workers).reduce((sum, count) => sum + count, 0);
  const broken = workers.broken ?? 0;
  return (
    <>
      {workers.busy ?? 0} of {all} busy
      {broken > 0 && <span className="text-failed">, {broken} broken</span>}
    </>
  );
}

function NodeControls({ node }: { node: Node }) {
  const [asked, setAsked] = useState(false);
  const drain = useDrain(node, () => setAsked(false));
  const resume = useResume(node);
  if (node.state === "silent") return null;
  const isUp = node.state === "up";
  const verb = isUp ? "Drain" : "Resume";
  return (
    <>
      <Button
        aria-label={`${verb} node ${node.name} ${node.id}`}
        onClick={() => (isUp ? setAsked(true) : resume.mutate())}
        busy={resume.isPending}
      >
        {verb}
      </Button>
      <ConfirmDialog
        open={asked}
        onOpenChange={setAsked}
        title={`Drain node ${node.name}?`}
        verb="Drain"
        busy={drain.isPending}
        onConfirm={() => drain.mutate()}
      >
        It takes no more work: chunks in flight end, the others that it has go to other nodes.
        Without another one that runs the same tasks, jobs wait until it is resumed.
      </ConfirmDialog>
    </>
  );
}
