// CPU, memory, waiting jobs and throughput of all nodes over time. Loaded after the rest of the page.
import { formatBytes, formatCount, formatRate } from "@paceline/react";
import { useMemo } from "react";
import { Loading } from "~/components/Blank";
import { Plot } from "~/components/Plot";
import { useSystemSamples } from "~/lib/reads";
import type { SystemSamples } from "~/lib/shapes";

export default function SystemPlots() {
  const { data } = useSystemSamples();
  const series = useMemo(() => seriesOf(data?.points ?? []), [data]);
  if (!data) return <Loading label="Loading the plots" className="h-[448px]" />;
  if (data.points.length < 2) {
    return (
      <p className="text-[13px] text-muted">
        Nodes write down how they are; the plots begin within a minute.
      </p>
    );
  }
  const shared = { times: series.times, sync: "system" };
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Plot title="CPU" {...shared} lines={series.cpu} format={percent} top={1} />
      <Plot title="Memory used" {...shared} lines={series.memory} format={formatBytes} bytes />
      <Plot title="Jobs" {...shared} lines={series.jobs} format={whole} />
      <Plot title="Items finished" {...shared} lines={series.items} format={formatRate} />
    </div>
  );
}

/** There are no halves of jobs on the scale. */
const whole = (count: number) => (Number.isInteger(count) ? formatCount(count) : "");
const percent = (share: number) => `${Math.round(share * 100)} %`;

type Points = SystemSamples["points"];

function seriesOf(points: Points) {
  const line = (label: string, colour: string, of: (point: Points[number]) => number | null) => ({
    label,
    colour,
    values: points.map(of),
  });
  return {
    times: points.map((point) => Date.parse(point.at) / 1000),
    cpu: [line("mean of the nodes", "accent", (point) => point.cpu ?? null)],
    memory: [line("sum of the nodes", "accent", (point) => point.memory_used_bytes ?? null)],
    jobs: [
      line("running", "running", (point) => Math.round(point.running)),
      { ...line("pending", "scheduled", (point) => Math.round(point.pending)), dash: [5, 3] },
    ],
    items: [line("a second", "completed", (point) => point.items_per_second)],
  };
}
