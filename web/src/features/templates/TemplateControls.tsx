// Launching, changing and deleting a template.
import { type Api, unwrap } from "@paceline/react";
import { useNavigate } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "~/components/Button";
import { ConfirmDialog } from "~/components/ConfirmDialog";
import { LinkButton } from "~/components/LinkButton";
import { touch } from "~/lib/endToasts";
import type { Template } from "~/lib/shapes";
import { useChange } from "~/lib/useChange";

/** What can be done with several. */
export const TEMPLATES = {
  nameOf: ({ name }: Template) => name,
  nouns: ["template", "templates"],
  verbs: [
    {
      label: "Delete",
      past: "deleted",
      icon: Trash2,
      run: (api: Api, { id }: Template) =>
        unwrap(api.DELETE("/api/v1/templates/{id}", { params: { path: { id } } })),
      warning:
        "Jobs that were launched from them stay. Schedules that name one of them give no more jobs.",
    },
  ],
} as const;

export function TemplateControls({ template }: { template: Template }) {
  const [asked, setAsked] = useState(false);
  const navigate = useNavigate();
  const params = { path: { id: template.id } };
  const launch = useChange({
    run: (api) => unwrap(api.POST("/api/v1/templates/{id}/launch", { params, body: {} })),
    onDone: (job) => {
      touch(job.id);
      void navigate({ to: "/jobs/$id", params: { id: job.id } });
    },
  });
  const remove = useChange({
    run: (api) => unwrap(api.DELETE("/api/v1/templates/{id}", { params })),
    done: () => `Template ${template.name} is deleted`,
    onDone: () => setAsked(false),
  });
  return (
    <>
      <Button look="primary" onClick={() => launch.mutate()} busy={launch.isPending}>
        Launch
      </Button>
      <LinkButton to="/launch" search={{ template: template.id }}>
        Edit
      </LinkButton>
      <IconButton label={`Delete ${template.name}`} onClick={() => setAsked(true)}>
        <Trash2 size={15} aria-hidden="true" />
      </IconButton>
      <ConfirmDialog
        open={asked}
        onOpenChange={setAsked}
        title={`Delete the template ${template.name}?`}
        verb="Delete"
        danger
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      >
        Jobs that were launched from it stay. Schedules that name it give no more jobs.
      </ConfirmDialog>
    </>
  );
}
