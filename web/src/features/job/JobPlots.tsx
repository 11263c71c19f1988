import { formatBytes, formatCount, formatRate, type Job, unwrap } from "@paceline/react";
import { ChartLine } from "lucide-react";
import { useMemo } from "react";
import { EmptyState, ErrorState, Loading } from "~/components/Blank";
import { Plot } from "~/components/Plot";
import { toSeries } from "./plots";
import { useJobPart } from "./useJobPart";

const any = (values: (number | null)[]) => values.some((value) => value !== null);

export default function JobPlots({ job }: { job: Job }) {
  const { data, error } = useJobPart(job.id, "samples", [], (api, signal) => {
    const params = { path: { id: job.id } };
    return unwrap(api.GET("/api/v1/jobs/{id}/samples", { params, signal }));
  });
  const series = useMemo(() => toSeries(data?.items ?? []), [data]);
  if (error && !data) return <ErrorState error={error} />;
  if (!data) return <Loading label="Loading the plots" className="h-64" />;
  if (series.times.length < 2) {
    return (
      <EmptyState icon={ChartLine} title="Nothing to draw yet">
        A job that runs for some seconds is measured while it does.
      </EmptyState>
    );
  }
  const { times, done, rate, memory, cores } = series;
  const shared = { times, sync: job.id };
  const one = (label: string, colour: string, values: (number | null)[]) => [
    { label, colour, values },
  ];
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      {job.progress.total > 1 && (
        <Plot
          title="Items done"
          {...shared}
          lines={one("", "completed", done)}
          format={formatCount}
        />
      )}
      {any(rate) && (
        <Plot title="Speed" {...shared} lines={one("", "running", rate)} format={formatRate} />
      )}
      {any(memory) && (
        <Plot
          title="Memory"
          {...shared}
          bytes
          lines={one("", "scheduled", memory)}
          format={formatBytes}
        />
      )}
      {any(cores) && (
        <Plot
          title="CPU"
          {...shared}
          lines={one("", "merged", cores)}
          format={(value) => `${value.toFixed(value < 1 ? 2 : 1)} cores`}
        />
      )}
    </div>
  );
}
