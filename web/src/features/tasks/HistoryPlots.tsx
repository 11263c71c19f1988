// How the jobs of a task ran over time. Loaded after the rest of the page.
import { formatDuration, unwrap, useLiveQuery, usePaceline } from "@paceline/react";
import { ChartLine } from "lucide-react";
import { useMemo } from "react";
import { EmptyState, ErrorState, Loading } from "~/components/Blank";
import { Plot, type PlotLine } from "~/components/Plot";
import type { HistoryWindow } from "~/lib/search";
import { type HistoryLines, PLACE, toLines } from "./history";

export type HistoryPlotsProps = { task: string; window: HistoryWindow };

export default function HistoryPlots({ task, window }: HistoryPlotsProps) {
  const { api } = usePaceline();
  const { data, error, refetch } = useLiveQuery({
    key: ["task-history", task, window],
    read: (signal) => {
      const params = { path: { name: task }, query: { window } };
      return unwrap(api.GET("/api/v1/tasks/{name}/history", { params, signal }));
    },
  });
  const drawn = useMemo(() => data && { span: data.bucket_seconds, lines: toLines(data) }, [data]);
  if (error && !drawn) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!drawn) return <Loading label="Loading the history" className={PLACE} />;
  if (drawn.lines.empty) {
    return (
      <EmptyState icon={ChartLine} title="Nothing ended in this time">
        Jobs count when they completed or failed; those that were cancelled do not.
      </EmptyState>
    );
  }
  return <Plots {...drawn} sync={task} />;
}

type PlotsProps = { span: number; lines: HistoryLines; sync: string };

function Plots({ span, lines, sync }: PlotsProps) {
  const { times, completed, failed, success, jobs, items } = lines;
  const all = useMemo(
    () => ({
      ended: [
        { label: "completed", colour: "completed", values: completed },
        { label: "failed", colour: "failed", values: failed, dash: [5, 3] },
      ],
      success: [{ label: "", colour: "completed", values: success }],
      jobs: marks(jobs),
      items: items && marks(items),
    }),
    [completed, failed, success, jobs, items],
  );
  const shared = { times, sync };
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Plot
        title={`Jobs ended, each ${formatDuration(span)}`}
        {...shared}
        lines={all.ended}
        format={(value) => (Number.isInteger(value) ? String(value) : "")}
      />
      <Plot
        title="Completed of those that ended"
        {...shared}
        lines={all.success}
        top={105}
        format={(value) => (value > 100 ? "" : `${Math.floor(value * 10) / 10}%`)}
      />
      <Plot title="Time of a job" {...shared} lines={all.jobs} format={formatDuration} />
      {all.items && (
        <Plot title="Time of an item" {...shared} lines={all.items} format={formatDuration} />
      )}
    </div>
  );
}

type Marks = { p50: PlotLine["values"]; p95: PlotLine["values"]; p99: PlotLine["values"] };

function marks({ p50, p95, p99 }: Marks): PlotLine[] {
  return [
    { label: "p50", colour: "running", values: p50 },
    { label: "p95", colour: "scheduled", values: p95, dash: [6, 3] },
    { label: "p99", colour: "merged", values: p99, dash: [2, 2] },
  ];
}
