// What happened to the job, one line an event; progress and log lines are left out.
import {
  type EventType,
  formatDuration,
  formatTime,
  type Job,
  type JobEvent,
  unwrap,
} from "@paceline/react";
import { ErrorState, Loading } from "~/components/Blank";
import { said } from "./said";
import { useJobPart } from "./useJobPart";

/** Pages that are read; a job with more events than these has been retried very often. */
const MOST_PAGES = 10;
const PASSING: readonly EventType[] = ["job.progress", "job.log"];

function useTimeline(job: Job) {
  return useJobPart(job.id, "events", [], async (api, signal) => {
    const events: JobEvent[] = [];
    let cursor: number | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const query = { limit: 500, ...(cursor !== undefined && { cursor }) };
      const params = { path: { id: job.id }, query };
      const list = await unwrap(api.GET("/api/v1/jobs/{id}/events", { params, signal }));
      events.push(...list.items.filter((event) => !PASSING.includes(event.type)));
      if (!list.next_cursor) break;
      cursor = Number(list.next_cursor);
    }
    return events;
  });
}

const COLOURS: Partial<Record<string, string>> = {
  "job.completed": "bg-completed",
  "job.failed": "bg-failed",
  "job.cancelled": "bg-muted",
  "job.started": "bg-running",
  "job.paused": "bg-paused",
  "job.recovered": "bg-merged",
};

export default function JobTimeline({ job }: { job: Job }) {
  const { data, error, refetch } = useTimeline(job);
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading label="Loading the timeline" className="h-40" />;
  return (
    <ol className="flex flex-col rounded-lg border border-border bg-surface px-4 py-4 md:px-5">
      {data.map((event, place) => {
        const before = data[place - 1];
        const pause = before ? (Date.parse(event.at) - Date.parse(before.at)) / 1000 : 0;
        const [title, more] = said(event);
        return (
          <li
            key={event.seq}
            className="group grid grid-cols-[auto_1fr] gap-x-3 text-[13px] md:grid-cols-[11rem_auto_1fr]"
          >
            <time
              dateTime={event.at}
              className="hidden pt-px text-xs text-muted tabular-nums md:block"
            >
              {formatTime(event.at)}
            </time>
            <span aria-hidden="true" className="flex flex-col items-center">
              <span
                className={`mt-1.5 size-2.5 rounded-full ${COLOURS[event.type] ?? "bg-strong"}`}
              />
              <span className="w-px flex-1 bg-border group-last:hidden" />
            </span>
            <div className="min-w-0 pb-4 group-last:pb-0">
              <p className="font-medium">
                {title}
                {pause >= 0.001 && (
                  <span className="ml-2 text-xs font-normal text-muted tabular-nums">
                    +{formatDuration(pause)}
                  </span>
                )}
              </p>
              {more && (
                <p dir="auto" className="break-words text-muted">
                  {more}
                </p>
              )}
              <time dateTime={event.at} className="text-xs text-muted tabular-nums md:hidden">
                {formatTime(event.at)}
              </time>
            </div>
          </li>
        );
      })}
    </ol>
  );
}
