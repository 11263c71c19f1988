// Throughput and durations of the jobs that ended last. Loaded after the rest of the page.
import { formatDuration, unwrap, useLiveQuery, useNow, usePaceline } from "@paceline/react";
import { useMemo } from "react";
import { Loading } from "~/components/Blank";
import { Plot } from "~/components/Plot";
import { recent } from "./recent";

/** The newest so many: a busy node fills less than the hour with them, and the axis says so. */
const READ = 500;
/** The plots move on so often; nobody sees them move by the second. */
const STEP_MS = 10_000;

/** The jobs that ended last: many, so that they are read anew more seldom than lists are. */
function useEnded() {
  const { api } = usePaceline();
  const query = { state: "completed,failed", sort: "-finished_at", limit: READ };
  return useLiveQuery({
    key: ["ended-jobs"],
    read: (signal) => unwrap(api.GET("/api/v1/jobs", { params: { query }, signal })),
  });
}

export default function RecentPlots() {
  const { data } = useEnded();
  const now = Math.floor(useNow() / STEP_MS) * (STEP_MS / 1000);
  const series = useMemo(() => recent(data?.items ?? [], !data?.next_cursor, now), [data, now]);
  const lines = useMemo(
    () => ({
      ended: [
        { label: "completed", colour: "completed", values: series.completed },
        { label: "failed", colour: "failed", values: series.failed, dash: [5, 3] },
      ],
      duration: [{ label: "median", colour: "scheduled", values: series.duration }],
    }),
    [series],
  );
  if (!data) return <Loading label="Loading the plots" className="h-[214px]" />;
  const shared = { times: series.times, sync: "overview" };
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Plot
        title={`Jobs ended, each ${formatDuration(Math.round(series.span))}`}
        {...shared}
        lines={lines.ended}
        format={(value) => (Number.isInteger(value) ? String(value) : "")}
      />
      <Plot
        title="Time that jobs took"
        {...shared}
        lines={lines.duration}
        format={formatDuration}
      />
    </div>
  );
}
