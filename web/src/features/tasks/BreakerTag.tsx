import { formatTime } from "@paceline/react";
import { Tag } from "~/components/Tag";
import type { Task } from "~/lib/shapes";

/** Whether the task's jobs are held back because too many failed. */
export function BreakerTag({ task }: { task: Task }) {
  const breaker = task.breaker;
  if (!breaker) return <span className="text-muted">–</span>;
  if (breaker.state === "closed") return <Tag tone="good">Closed</Tag>;
  const word = breaker.state === "open" ? "Open" : "Half open";
  return (
    <span>
      <Tag tone={breaker.state === "open" ? "bad" : "warn"}>{word}</Tag>
      {breaker.until && (
        <span className="block text-xs text-muted">tried again at {formatTime(breaker.until)}</span>
      )}
    </span>
  );
}
