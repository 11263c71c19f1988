// Running, holding, changing and deleting a schedule.
import { type Api, unwrap } from "@paceline/react";
import { useNavigate } from "@tanstack/react-router";
import { CirclePause, CirclePlay, Trash2 } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Button, IconButton } from "~/components/Button";
import { ConfirmDialog } from "~/components/ConfirmDialog";
import { LinkButton } from "~/components/LinkButton";
import { touch } from "~/lib/endToasts";
import type { Schedule } from "~/lib/shapes";
import { useChange } from "~/lib/useChange";

const params = ({ id }: Schedule) => ({ params: { path: { id } } });

/** What can be done with several. */
export const SCHEDULES = {
  nameOf: ({ name }: Schedule) => name,
  nouns: ["schedule", "schedules"],
  verbs: [
    {
      label: "Pause",
      past: "paused",
      icon: CirclePause,
      isFor: ({ state }: Schedule) => state === "active",
      run: (api: Api, it: Schedule) => unwrap(api.POST("/api/v1/schedules/{id}/pause", params(it))),
    },
    {
      label: "Resume",
      past: "resumed",
      icon: CirclePlay,
      isFor: ({ state }: Schedule) => state === "paused",
      run: (api: Api, it: Schedule) =>
        unwrap(api.POST("/api/v1/schedules/{id}/resume", params(it))),
    },
    {
      label: "Delete",
      past: "deleted",
      icon: Trash2,
      run: (api: Api, it: Schedule) => unwrap(api.DELETE("/api/v1/schedules/{id}", params(it))),
      warning: "They submit no more jobs. Those that they have submitted stay.",
    },
  ],
} as const;

export function ScheduleControls({ schedule }: { schedule: Schedule }) {
  const [asked, setAsked] = useState(false);
  const navigate = useNavigate();
  const params = { path: { id: schedule.id } };
  const run = useChange({
    run: (api) => unwrap(api.POST("/api/v1/schedules/{id}/run", { params })),
    onDone: (job) => {
      touch(job.id);
      const onClick = () => void navigate({ to: "/jobs/$id", params: { id: job.id } });
      toast.success(`${schedule.name} runs now`, { action: { label: "Show", onClick } });
    },
  });
  const pause = useChange({
    run: (api) => unwrap(api.POST("/api/v1/schedules/{id}/pause", { params })),
    done: () => `${schedule.name} is paused`,
  });
  const resume = useChange({
    run: (api) => unwrap(api.POST("/api/v1/schedules/{id}/resume", { params })),
    done: () => `${schedule.name} goes on`,
  });
  // One button, so that it keeps the focus while what it does changes.
  const toggles = {
    active: { label: "Pause", change: pause },
    paused: { label: "Resume", change: resume },
  };
  const toggle = toggles[schedule.state as keyof typeof toggles];
  const remove = useChange({
    run: (api) => unwrap(api.DELETE("/api/v1/schedules/{id}", { params })),
    done: () => `Schedule ${schedule.name} is deleted`,
    onDone: () => setAsked(false),
  });
  return (
    <>
      <Button onClick={() => run.mutate()} busy={run.isPending}>
        Run now
      </Button>
      {toggle && (
        <Button onClick={() => toggle.change.mutate()} busy={toggle.change.isPending}>
          {toggle.label}
        </Button>
      )}
      <LinkButton to="/schedules/$id" params={{ id: schedule.id }}>
        Edit
      </LinkButton>
      <IconButton label={`Delete ${schedule.name}`} onClick={() => setAsked(true)}>
        <Trash2 size={15} aria-hidden="true" />
      </IconButton>
      <ConfirmDialog
        open={asked}
        onOpenChange={setAsked}
        title={`Delete the schedule ${schedule.name}?`}
        verb="Delete"
        danger
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      >
        It submits no more jobs. Those that it has submitted stay.
      </ConfirmDialog>
    </>
  );
}
