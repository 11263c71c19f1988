// Jobs that are submitted by themselves.
import { formatAgo, useNow } from "@paceline/react";
import { Link } from "@tanstack/react-router";
import { CalendarClock, Plus } from "lucide-react";
import { EmptyState } from "~/components/Blank";
import { DataTable } from "~/components/DataTable";
import { LinkButton } from "~/components/LinkButton";
import { Loaded } from "~/components/Loaded";
import { PageFrame } from "~/components/PageFrame";
import { Tag } from "~/components/Tag";
import { words } from "~/features/schedules/cron";
import { SCHEDULES, ScheduleControls } from "~/features/schedules/ScheduleControls";
import { useSchedules } from "~/lib/reads";
import type { Schedule } from "~/lib/shapes";

export function Schedules() {
  const add = (
    <LinkButton look="primary" to="/schedules/$id" params={{ id: "new" }}>
      <Plus size={14} aria-hidden="true" />
      New schedule
    </LinkButton>
  );
  const empty = (
    <EmptyState icon={CalendarClock} title="There are no schedules yet">
      A schedule submits a job by the clock, or every so often.
    </EmptyState>
  );
  return (
    <PageFrame title="Schedules" actions={add}>
      <Loaded
        query={useSchedules()}
        what="the schedules"
        empty={empty}
        isEmpty={({ items }) => items.length === 0}
      >
        {({ items }) => (
          <DataTable
            label="Schedules"
            rows={items}
            keyOf={(schedule) => schedule.id}
            columns={COLUMNS}
            choose={SCHEDULES}
            actions={(schedule) => <ScheduleControls schedule={schedule} />}
          />
        )}
      </Loaded>
    </PageFrame>
  );
}

const COLUMNS = [
  { head: "Schedule", cell: (schedule: Schedule) => <Name schedule={schedule} /> },
  { head: "State", cell: (schedule: Schedule) => <State schedule={schedule} /> },
  { head: "Next runs", cell: (schedule: Schedule) => <Next schedule={schedule} /> },
  { head: "Last run", cell: (schedule: Schedule) => <Last schedule={schedule} /> },
];

function ruleText({ cron, every, at }: Schedule): string {
  if (cron) return words(cron) ?? cron;
  return every != null ? `Every ${every}` : `Once, at ${at}`;
}

function Name({ schedule }: { schedule: Schedule }) {
  const { name, timezone, template } = schedule;
  const [kind, what] =
    typeof template === "string"
      ? ["template", template]
      : ["task", (template as { task?: string }).task];
  return (
    <>
      <span dir="auto" className="font-medium wrap-anywhere">
        {name}
      </span>
      <span className="block text-xs wrap-anywhere text-muted">
        {ruleText(schedule)}
        {timezone && ` (${timezone})`} · {kind} <bdi>{what}</bdi>
      </span>
    </>
  );
}

function State({ schedule: { state, last_error } }: { schedule: Schedule }) {
  const tone = state === "active" ? "good" : state === "paused" ? "warn" : "plain";
  return (
    <>
      <Tag tone={tone}>{state.charAt(0).toUpperCase() + state.slice(1)}</Tag>
      {last_error && <span className="block text-xs text-failed">{last_error}</span>}
    </>
  );
}

/** By the clocks of the schedule's zone: "1 Dec 2026, 06:00". */
function local(time: string): string {
  return new Date(`${time.slice(0, 16)}Z`).toLocaleString("en-GB", {
    timeZone: "UTC",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}

function Next({ schedule: { next_runs_local: runs } }: { schedule: Schedule }) {
  const [first, ...more] = runs;
  if (!first) return <span className="text-muted">none</span>;
  return (
    <div className="whitespace-nowrap tabular-nums">
      {local(first)}
      {more.length > 0 && (
        <details className="text-xs text-muted">
          <summary className="cursor-pointer">and {more.length} more</summary>
          <ol>
            {more.map((run) => (
              <li key={run}>{local(run)}</li>
            ))}
          </ol>
        </details>
      )}
    </div>
  );
}

function Last({ schedule: { last_run, last_job } }: { schedule: Schedule }) {
  const now = useNow();
  if (!last_run) return <span className="text-muted">never</span>;
  const text = formatAgo(last_run, now);
  if (!last_job) return <>{text}</>;
  return (
    <Link
      to="/jobs/$id"
      params={{ id: last_job }}
      className="text-accent underline underline-offset-2"
    >
      {text}
    </Link>
  );
}
