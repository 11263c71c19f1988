// What the job waits for and what waits for it.
import { type Graph, type GraphNode, type Job, JobStateMark, unwrap } from "@paceline/react";
import { Link } from "@tanstack/react-router";
import { Workflow } from "lucide-react";
import { useLayoutEffect, useMemo, useRef } from "react";
import { EmptyState, ErrorState, Loading } from "~/components/Blank";
import { BOX, pathOf, place } from "./graphLayout";
import { useJobPart } from "./useJobPart";

/** More boxes than these help nobody as a drawing. */
const MOST_DRAWN = 250;

export default function JobGraph({ job }: { job: Job }) {
  const { data, error } = useJobPart(job.id, "graph", [], (api, signal) => {
    const params = { path: { id: job.id } };
    return unwrap(api.GET("/api/v1/jobs/{id}/graph", { params, signal }));
  });
  if (error && !data) return <ErrorState error={error} />;
  if (!data) return <Loading label="Loading the graph" className="h-64" />;
  const count = data.ancestors.length + data.descendants.length;
  if (count === 0) {
    return (
      <EmptyState icon={Workflow} title="It depends on no job, and none depends on it">
        A job that is submitted with <code className="font-mono text-text">--after JOB</code> starts
        when that one has completed.
      </EmptyState>
    );
  }
  if (count > MOST_DRAWN) return <Lists graph={data} />;
  return (
    <>
      <Drawing graph={data} />
      {data.truncated && <p className="mt-2 text-xs text-muted">There are more than are shown.</p>}
    </>
  );
}

function Drawing({ graph }: { graph: Graph }) {
  const { width, height, boxes, lines } = useMemo(() => place(graph), [graph]);
  const frame = useRef<HTMLElement>(null);
  const own = graph.job.id;
  // The job itself is seen first, however many stand before it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolled for another job only
  useLayoutEffect(() => {
    const box = boxes.find(({ node }) => node.id === own);
    if (!box || !frame.current) return;
    const { clientWidth, clientHeight } = frame.current;
    frame.current.scrollTo(
      box.x - (clientWidth - BOX.width) / 2,
      box.y - (clientHeight - BOX.height) / 2,
    );
  }, [own]);
  return (
    <section
      ref={frame}
      aria-label="Dependencies, from left to right"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
      tabIndex={0}
      className="overflow-auto rounded-lg border border-border bg-surface"
    >
      <div className="relative" style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true" className="absolute inset-0">
          {lines.map((line) => (
            <path key={line.id} d={pathOf(line.points)} fill="none" className="stroke-strong" />
          ))}
        </svg>
        {boxes.map(({ node, x, y }) => (
          <div
            key={node.id}
            className="absolute"
            style={{ left: x, top: y, width: BOX.width, height: BOX.height }}
          >
            <Box node={node} own={node.id === own} />
          </div>
        ))}
      </div>
    </section>
  );
}

function Box({ node, own }: { node: GraphNode; own: boolean }) {
  return (
    <Link
      to="/jobs/$id"
      params={{ id: node.id }}
      search={{ tab: "graph" }}
      resetScroll={false}
      activeOptions={{ exact: true, includeSearch: true }}
      aria-current={own ? "page" : undefined}
      className="flex h-full flex-col justify-center gap-0.5 rounded-lg border border-border bg-bg px-3 hover:border-strong aria-[current=page]:border-2 aria-[current=page]:border-accent"
    >
      <span className="truncate text-[13px] font-medium" title={node.name}>
        {node.name}
      </span>
      <JobStateMark state={node.state} />
    </Link>
  );
}

function Lists({ graph }: { graph: Graph }) {
  const parts = [
    { title: "Waits for", nodes: graph.ancestors },
    { title: "Wait for it", nodes: graph.descendants },
  ];
  return (
    <div className="grid gap-4 md:grid-cols-2">
      {parts.map(({ title, nodes }) => (
        <section
          key={title}
          aria-label={title}
          className="rounded-lg border border-border bg-surface p-4"
        >
          <h2 className="mb-2 text-xs text-muted">{title}</h2>
          <ul className="flex max-h-[60dvh] flex-col gap-1 overflow-auto">
            {nodes.map((node) => (
              <li key={node.id} className="flex items-center justify-between gap-3 text-[13px]">
                <Link to="/jobs/$id" params={{ id: node.id }} className="truncate hover:underline">
                  {node.name}
                </Link>
                <JobStateMark state={node.state} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
