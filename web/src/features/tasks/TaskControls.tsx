// Holding a task back, letting it go on, and closing its breaker.
import { unwrap } from "@paceline/react";
import { useState } from "react";
import { Button } from "~/components/Button";
import { ConfirmDialog } from "~/components/ConfirmDialog";
import { PauseDialog } from "~/components/PauseDialog";
import type { Task } from "~/lib/shapes";
import { useChange } from "~/lib/useChange";

export function TaskControls({ task }: { task: Task }) {
  const [asked, setAsked] = useState<"pause" | "reset" | null>(null);
  const params = { path: { name: task.name } };
  const close = () => setAsked(null);
  const pause = useChange({
    run: (api, reason: string | null) =>
      unwrap(api.POST("/api/v1/tasks/{name}/pause", { params, body: { reason } })),
    done: () => `${task.name} is paused`,
    onDone: close,
  });
  const resume = useChange({
    run: (api) => unwrap(api.POST("/api/v1/tasks/{name}/resume", { params })),
    done: () => `${task.name} goes on`,
  });
  const reset = useChange({
    run: (api) => unwrap(api.POST("/api/v1/tasks/{name}/reset-breaker", { params })),
    done: () => `The breaker of ${task.name} is closed`,
    onDone: close,
  });
  return (
    <>
      {task.breaker && task.breaker.state !== "closed" && (
        <Button onClick={() => setAsked("reset")}>Reset breaker</Button>
      )}
      {task.paused ? (
        <Button onClick={() => resume.mutate()} busy={resume.isPending}>
          Resume
        </Button>
      ) : (
        <Button onClick={() => setAsked("pause")}>Pause</Button>
      )}
      <PauseDialog
        what={`the task ${task.name}`}
        open={asked === "pause"}
        onOpenChange={close}
        busy={pause.isPending}
        onPause={(reason) => pause.mutate(reason)}
      />
      <ConfirmDialog
        open={asked === "reset"}
        onOpenChange={close}
        title={`Close the breaker of ${task.name}?`}
        verb="Reset breaker"
        busy={reset.isPending}
        onConfirm={() => reset.mutate()}
      >
        Its jobs start again at once, without probes. If what they call is still down, they burn
        attempts until the breaker opens again.
      </ConfirmDialog>
    </>
  );
}
