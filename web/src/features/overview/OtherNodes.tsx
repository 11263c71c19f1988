// The nodes beside the one that answers, where there are any.
import { Link } from "@tanstack/react-router";
import { cpuOf, memoryOf } from "~/features/nodes/gauges";
import { NodeTag } from "~/features/nodes/NodeTag";
import { useNodes } from "~/lib/reads";

export function OtherNodes() {
  const others = (useNodes().data?.items ?? []).filter((node) => !node.answers);
  if (others.length === 0) return null;
  return (
    <section
      aria-label="Other nodes"
      className="border-t border-border pt-3 sm:col-span-3 2xl:col-span-1"
    >
      <h3 className="mb-2 text-muted">
        <Link to="/workers" className="underline underline-offset-2">
          Other nodes
        </Link>
      </h3>
      <ul className="flex flex-col gap-1.5">
        {others.map((node) => (
          <li key={node.id} className="flex flex-wrap items-baseline justify-between gap-x-4">
            <span className="min-w-0 wrap-anywhere">
              {node.name} <span className="text-muted">{node.id}</span>
            </span>
            <span className="flex gap-3 tabular-nums">
              <NodeTag node={node} />
              <span>{cpuOf(node)}</span>
              <span className="text-muted">{memoryOf(node)}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
