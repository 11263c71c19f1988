// The tasks that workers have declared, and how they do.
import { Link } from "@tanstack/react-router";
import { Blocks } from "lucide-react";
import { EmptyState } from "~/components/Blank";
import { DataTable } from "~/components/DataTable";
import { HoldTag } from "~/components/HoldTag";
import { Loaded } from "~/components/Loaded";
import { PageFrame } from "~/components/PageFrame";
import { Tag } from "~/components/Tag";
import { BreakerTag } from "~/features/tasks/BreakerTag";
import { endedText, jobText, successText, workersText } from "~/features/tasks/figures";
import { TaskControls } from "~/features/tasks/TaskControls";
import { useTasks } from "~/lib/reads";
import type { Task } from "~/lib/shapes";

export function Tasks() {
  const empty = (
    <EmptyState icon={Blocks} title="No task is declared yet">
      Workers declare tasks when they start: put a pool into <code>paceline.toml</code> and run{" "}
      <code>paceline up</code>.
    </EmptyState>
  );
  return (
    <PageFrame title="Tasks">
      <Loaded query={useTasks()} what="the tasks" empty={empty} isEmpty={(d) => !d.items.length}>
        {({ items }) => (
          <DataTable
            label="Tasks"
            rows={items}
            keyOf={(task) => task.name}
            columns={COLUMNS}
            actions={(task) => <TaskControls task={task} />}
          />
        )}
      </Loaded>
    </PageFrame>
  );
}

const COLUMNS = [
  { head: "Task", cell: (task: Task) => <TaskName task={task} /> },
  { head: "Starts jobs", cell: (task: Task) => <HoldTag hold={task.paused} /> },
  { head: "Breaker", cell: (task: Task) => <BreakerTag task={task} /> },
  { head: "Workers", cell: (task: Task) => <Workers task={task} />, number: true },
  { head: "Jobs ended", cell: endedText, number: true },
  { head: "Success", cell: successText, number: true },
  { head: "Median", cell: (task: Task) => jobText(task, "job_p50_seconds"), number: true },
  { head: "p95", cell: (task: Task) => jobText(task, "job_p95_seconds"), number: true },
];

function TaskName({ task }: { task: Task }) {
  return (
    <Link
      to="/tasks/$name"
      params={{ name: task.name }}
      className="font-medium wrap-anywhere hover:text-accent hover:underline"
    >
      {task.name}
    </Link>
  );
}

function Workers({ task }: { task: Task }) {
  if (task.workers > 0) return workersText(task);
  return <Tag tone="warn">none here</Tag>;
}
