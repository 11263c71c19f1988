// Saved configurations of jobs.
import { formatTime } from "@paceline/react";
import { Link } from "@tanstack/react-router";
import { Bookmark, Plus } from "lucide-react";
import { EmptyState } from "~/components/Blank";
import { DataTable } from "~/components/DataTable";
import { LinkButton } from "~/components/LinkButton";
import { Loaded } from "~/components/Loaded";
import { PageFrame } from "~/components/PageFrame";
import { TEMPLATES, TemplateControls } from "~/features/templates/TemplateControls";
import { useTemplates } from "~/lib/reads";
import type { Template } from "~/lib/shapes";

export function Templates() {
  const add = (
    <LinkButton look="primary" to="/launch">
      <Plus size={14} aria-hidden="true" />
      New template
    </LinkButton>
  );
  const empty = (
    <EmptyState icon={Bookmark} title="There are no templates yet">
      <Link to="/launch" className="text-accent underline underline-offset-2">
        Fill in a launch
      </Link>{" "}
      and save it as a template.
    </EmptyState>
  );
  return (
    <PageFrame title="Templates" actions={add}>
      <Loaded
        query={useTemplates()}
        what="the templates"
        empty={empty}
        isEmpty={({ items }) => items.length === 0}
      >
        {({ items }) => (
          <DataTable
            label="Templates"
            rows={items}
            keyOf={(template) => template.id}
            columns={COLUMNS}
            choose={TEMPLATES}
            actions={(template) => <TemplateControls template={template} />}
          />
        )}
      </Loaded>
    </PageFrame>
  );
}

const COLUMNS = [
  {
    head: "Template",
    cell: (template: Template) => (
      <span dir="auto" className="font-medium wrap-anywhere">
        {template.name}
      </span>
    ),
  },
  {
    head: "Task",
    cell: (template: Template) => <bdi className="wrap-anywhere">{template.job.task}</bdi>,
  },
  { head: "Params", cell: (template: Template) => <Params params={template.job.params} /> },
  { head: "Changed", cell: (template: Template) => formatTime(template.updated_at), number: true },
];

function Params({ params }: { params: object | null | undefined }) {
  if (!params || Object.keys(params).length === 0) return <span className="text-muted">none</span>;
  const text = JSON.stringify(params);
  return (
    <code title={text} className="line-clamp-2 max-w-sm font-mono text-xs wrap-anywhere">
      {text}
    </code>
  );
}
