// What can be done with all jobs of a batch at once; each asks first and names how many it is about.
import { formatCount, unwrap } from "@paceline/react";
import { useState } from "react";
import { Button } from "~/components/Button";
import { ConfirmDialog } from "~/components/ConfirmDialog";
import type { Batch } from "~/lib/shapes";
import { useChange } from "~/lib/useChange";

type Verb = "pause" | "resume" | "retry" | "restart" | "cancel";
const WAITING = ["scheduled", "blocked", "pending"];
const ENDED = ["completed", "failed", "cancelled"];

type Action = { verb: Verb; label: string; states: readonly string[]; about: string };

const ACTIONS: readonly Action[] = [
  {
    verb: "pause",
    label: "Pause",
    states: [...WAITING, "running"],
    about: "No new chunk of them starts until they are resumed.",
  },
  { verb: "resume", label: "Resume", states: ["paused"], about: "They go on where they were." },
  {
    verb: "retry",
    label: "Retry failed",
    states: ["failed", "cancelled"],
    about: "Only what did not succeed is run again.",
  },
  {
    verb: "restart",
    label: "Restart",
    states: ENDED,
    about: "All of their items are run again; results so far are dropped.",
  },
  {
    verb: "cancel",
    label: "Cancel",
    states: [...WAITING, "running", "paused"],
    about: "What runs is stopped; what is recorded stays.",
  },
];

function count(batch: Batch, states: readonly string[]): number {
  return states.reduce((sum, state) => sum + (batch.jobs[state] ?? 0), 0);
}

function jobs(number: number): string {
  return number === 1 ? "1 job" : `${formatCount(number)} jobs`;
}

/** Jobs that complete may have failed items too: those are counted by the items alone. */
function isOffered(batch: Batch, { verb, states }: Action): boolean {
  const { failed, cancelled } = batch.progress;
  return count(batch, states) > 0 || (verb === "retry" && failed + cancelled > 0);
}

function titleOf(batch: Batch, { verb, label, states }: Action): string {
  if (verb === "retry") return `Retry what failed in ${batch.name}?`;
  return `${label} ${jobs(count(batch, states))} of ${batch.name}?`;
}

export function BatchControls({ batch }: { batch: Batch }) {
  const [asked, setAsked] = useState<Action | null>(null);
  const params = { path: { id: batch.id } };
  const act = useChange({
    run: (api, verb: Verb) => {
      switch (verb) {
        case "pause":
          return unwrap(api.POST("/api/v1/batches/{id}/pause", { params }));
        case "resume":
          return unwrap(api.POST("/api/v1/batches/{id}/resume", { params }));
        case "retry":
          return unwrap(api.POST("/api/v1/batches/{id}/retry", { params }));
        case "restart":
          return unwrap(api.POST("/api/v1/batches/{id}/restart", { params }));
        case "cancel":
          return unwrap(api.POST("/api/v1/batches/{id}/cancel", { params, body: {} }));
      }
    },
    onDone: () => setAsked(null),
  });
  const running = batch.jobs.running ?? 0;
  return (
    <>
      {ACTIONS.filter((action) => isOffered(batch, action)).map((action) => (
        <Button key={action.verb} onClick={() => setAsked(action)}>
          {action.label}
        </Button>
      ))}
      <ConfirmDialog
        open={asked !== null}
        onOpenChange={(open) => open || setAsked(null)}
        title={asked ? titleOf(batch, asked) : ""}
        verb={asked?.label ?? ""}
        danger={asked?.verb === "cancel" || asked?.verb === "restart"}
        busy={act.isPending}
        onConfirm={() => asked && act.mutate(asked.verb)}
      >
        {asked?.verb === "retry" && `${formatCount(batch.progress.failed)} items failed. `}
        {asked?.verb === "cancel" && running > 0 && `${formatCount(running)} of them running. `}
        {asked?.about}
      </ConfirmDialog>
    </>
  );
}
