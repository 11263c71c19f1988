// Holding a queue back, and limiting it.
import { type Api, unwrap } from "@paceline/react";
import { CirclePause, CirclePlay } from "lucide-react";
import { useState } from "react";
import { Button } from "~/components/Button";
import { PauseDialog } from "~/components/PauseDialog";
import type { Queue } from "~/lib/shapes";
import { useChange } from "~/lib/useChange";
import { LimitDialog } from "./LimitDialog";

const params = ({ name }: Queue) => ({ params: { path: { name } } });

/** What can be done with several. */
export const QUEUES = {
  nameOf: ({ name }: Queue) => name,
  nouns: ["queue", "queues"],
  verbs: [
    {
      label: "Pause",
      past: "paused",
      icon: CirclePause,
      isFor: ({ paused }: Queue) => !paused,
      run: (api: Api, it: Queue) =>
        unwrap(api.POST("/api/v1/queues/{name}/pause", { ...params(it), body: {} })),
    },
    {
      label: "Resume",
      past: "resumed",
      icon: CirclePlay,
      isFor: ({ paused }: Queue) => Boolean(paused),
      run: (api: Api, it: Queue) => unwrap(api.POST("/api/v1/queues/{name}/resume", params(it))),
    },
  ],
} as const;

export function QueueControls({ queue }: { queue: Queue }) {
  const [asked, setAsked] = useState<"pause" | "limit" | null>(null);
  const params = { path: { name: queue.name } };
  const close = () => setAsked(null);
  const pause = useChange({
    run: (api, reason: string | null) =>
      unwrap(api.POST("/api/v1/queues/{name}/pause", { params, body: { reason } })),
    done: () => `Queue ${queue.name} is paused`,
    onDone: close,
  });
  const resume = useChange({
    run: (api) => unwrap(api.POST("/api/v1/queues/{name}/resume", { params })),
    done: () => `Queue ${queue.name} goes on`,
  });
  const limit = useChange({
    run: (api, max_running: number) =>
      unwrap(api.PUT("/api/v1/queues/{name}", { params, body: { max_running } })),
    onDone: close,
    quiet: true,
  });
  return (
    <>
      <Button onClick={() => setAsked("limit")}>Limit</Button>
      {queue.paused ? (
        <Button onClick={() => resume.mutate()} busy={resume.isPending}>
          Resume
        </Button>
      ) : (
        <Button onClick={() => setAsked("pause")}>Pause</Button>
      )}
      <PauseDialog
        what={`the queue ${queue.name}`}
        open={asked === "pause"}
        onOpenChange={close}
        busy={pause.isPending}
        onPause={(reason) => pause.mutate(reason)}
      />
      {asked === "limit" && (
        <LimitDialog
          name={`queue ${queue.name}`}
          most={queue.max_running}
          busy={limit.isPending}
          error={limit.error}
          onClose={close}
          onSet={(most) => limit.mutate(most)}
        />
      )}
    </>
  );
}
