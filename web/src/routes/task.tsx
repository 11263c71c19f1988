// One task: how it does, what it declares, and its latest jobs.
import { formatCount, formatTime, JobTable } from "@paceline/react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Rocket } from "lucide-react";
import type { ReactNode } from "react";
import { HoldTag } from "~/components/HoldTag";
import { LinkButton } from "~/components/LinkButton";
import { Loaded } from "~/components/Loaded";
import { PageFrame } from "~/components/PageFrame";
import { BreakerTag } from "~/features/tasks/BreakerTag";
import { endedText, itemText, jobText, successText, workersText } from "~/features/tasks/figures";
import { TaskControls } from "~/features/tasks/TaskControls";
import { TaskHistory } from "~/features/tasks/TaskHistory";
import { jobHref } from "~/lib/base";
import { useTask } from "~/lib/reads";
import type { Task } from "~/lib/shapes";

const route = getRouteApi("/tasks/$name");

export function TaskPage() {
  const { name } = route.useParams();
  const { window = "24h" } = route.useSearch();
  const query = useTask(name);
  return (
    <PageFrame
      title={name}
      trail={
        <Link to="/tasks" className="hover:underline">
          Tasks
        </Link>
      }
      actions={query.data && <Actions task={query.data} />}
    >
      <Loaded query={query} what="the task">
        {(task) => (
          <>
            <Facts task={task} />
            <TaskHistory task={name} window={window} />
            <section aria-label="Latest jobs" className="flex flex-col gap-2">
              <h2 className="text-sm font-semibold">Latest jobs</h2>
              <JobTable filter={{ task: name }} limit={10} href={jobHref} />
            </section>
            <Json title="Options" value={task.options} />
            <Json title="Schema of the params" value={task.params_schema} />
          </>
        )}
      </Loaded>
    </PageFrame>
  );
}

function Actions({ task }: { task: Task }) {
  return (
    <>
      <TaskControls task={task} />
      <LinkButton look="primary" to="/launch" search={{ task: task.name }}>
        <Rocket size={14} aria-hidden="true" />
        Launch
      </LinkButton>
    </>
  );
}

function Facts({ task }: { task: Task }) {
  const { rate, delay, max_running } = task;
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-4 rounded-lg border border-border bg-surface p-4 sm:grid-cols-3 md:p-5 lg:grid-cols-5">
      <Fact label="Starts jobs">
        <HoldTag hold={task.paused} />
      </Fact>
      <Fact label="Breaker">
        <BreakerTag task={task} />
      </Fact>
      <Fact label="Success">{successText(task)}</Fact>
      <Fact label="Jobs ended">{endedText(task)}</Fact>
      <Fact label="Failed">{formatCount(task.statistics.failed)}</Fact>
      <Fact label="Median of a job">{jobText(task, "job_p50_seconds")}</Fact>
      <Fact label="95 of 100 within">{jobText(task, "job_p95_seconds")}</Fact>
      <Fact label="Median of an item">{itemText(task)}</Fact>
      <Fact label="Workers here">{workersText(task)}</Fact>
      <Fact label="Running at most">{max_running ?? "no limit"}</Fact>
      {rate && (
        <Fact label="Rate">
          {formatCount(rate.items)} items in {String(rate.period)}
        </Fact>
      )}
      {delay != null && <Fact label="Delay">{String(delay)}</Fact>}
      <Fact label="Lists its items">{task.has_planner ? "yes" : "no"}</Fact>
      <Fact label="Declared by">{task.declared_by}</Fact>
      <Fact label="Declared at">{formatTime(task.declared_at)}</Fact>
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="font-medium break-words tabular-nums">{children}</dd>
    </div>
  );
}

function Json({ title, value }: { title: string; value: object | null | undefined }) {
  if (!value || Object.keys(value).length === 0) return null;
  return (
    <section aria-label={title} className="flex flex-col gap-2">
      <h2 className="text-sm font-semibold">{title}</h2>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
        tabIndex={0}
        className="max-h-96 overflow-auto rounded-lg border border-border bg-sunken p-3 font-mono text-xs leading-relaxed"
      >
        {JSON.stringify(value, null, 2)}
      </pre>
    </section>
  );
}
