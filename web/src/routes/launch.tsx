// A job from a form that is made from its task's declaration; or a template, to be changed.
import { type JobRequest, unwrap } from "@paceline/react";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Blocks } from "lucide-react";
import { type FormEvent, useState } from "react";
import { EmptyState, ErrorState, Loading } from "~/components/Blank";
import { Button } from "~/components/Button";
import { FormError } from "~/components/fields";
import { Loaded } from "~/components/Loaded";
import { PageFrame } from "~/components/PageFrame";
import { type Draft, EMPTY, OPTIONS, toDraft, toJob } from "~/features/launch/draft";
import { LaunchForm } from "~/features/launch/LaunchForm";
import { SaveTemplate } from "~/features/launch/SaveTemplate";
import { fieldsOf, type Schema } from "~/features/launch/schema";
import { touch } from "~/lib/endToasts";
import { useTasks, useTemplate } from "~/lib/reads";
import type { Task, Template } from "~/lib/shapes";
import { elsewhere, type FieldErrors, fieldErrors, useChange } from "~/lib/useChange";

const route = getRouteApi("/launch");

export function Launch() {
  const { template: id } = route.useSearch();
  const tasks = useTasks();
  const template = useTemplate(id);
  const title = id ? `Template ${template.data?.name ?? ""}` : "Launch a job";
  const empty = (
    <EmptyState icon={Blocks} title="No task is declared yet">
      Workers declare tasks: start one with <code>paceline up</code>.
    </EmptyState>
  );
  return (
    <PageFrame title={title}>
      <Loaded query={tasks} what="the tasks" empty={empty} isEmpty={({ items }) => !items.length}>
        {({ items }) => {
          if (!id) return <Form tasks={items} />;
          if (template.error) return <ErrorState error={template.error} />;
          if (!template.data) return <Loading label="Loading the template" />;
          return <Form key={template.data.version} tasks={items} template={template.data} />;
        }}
      </Loaded>
    </PageFrame>
  );
}

function fieldsFor(tasks: readonly Task[], name: string) {
  return fieldsOf(tasks.find((task) => task.name === name)?.params_schema as Schema | undefined);
}

/** Places of errors that have a field of their own; those of params are among the form's. */
const SHOWN = ["task", "items", "only_new", "force", "priority", "key", "run_at"];

function Form({ tasks, template }: { tasks: Task[]; template?: Template }) {
  const search = route.useSearch();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>(() => {
    if (template) return toDraft(template.job, fieldsFor(tasks, template.job.task));
    const only = tasks.length === 1 ? tasks[0]?.name : undefined;
    return { ...EMPTY, task: search.task ?? only ?? "" };
  });
  const [wrong, setWrong] = useState<FieldErrors>({});
  const fields = fieldsFor(tasks, draft.task);
  const launch = useChange({
    run: (api, body: JobRequest) => unwrap(api.POST("/api/v1/jobs", { body })),
    onDone: (job) => {
      touch(job.id);
      void navigate({ to: "/jobs/$id", params: { id: job.id } });
    },
    quiet: true,
  });
  const keep = useChange({
    run: (api, { id, name, version, job }: Template) =>
      unwrap(
        api.PUT("/api/v1/templates/{id}", {
          params: { path: { id } },
          body: { name, version, job },
        }),
      ),
    done: ({ name }) => `Template ${name} is saved`,
    quiet: true,
  });
  const change = (what: Partial<Draft>) => {
    setWrong({});
    launch.reset();
    keep.reset();
    setDraft((draft) => ({ ...draft, ...what }));
  };
  const made = (): JobRequest | null => {
    const { job, errors } = toJob(draft, fields);
    setWrong(errors);
    return Object.keys(errors).length === 0 ? job : null;
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const job = made();
    if (job) launch.mutate(job);
  };
  const save = () => {
    const job = made();
    if (job && template) keep.mutate({ ...template, job });
  };
  const errors = { ...fieldErrors(launch.error ?? keep.error), ...wrong };
  const shown = [
    ...SHOWN,
    ...OPTIONS.map(({ name }) => name),
    ...(fields ? fields.map(({ path }) => path) : ["params"]),
  ];
  return (
    <form onSubmit={submit} noValidate className="flex max-w-3xl flex-col gap-4">
      <LaunchForm
        tasks={tasks}
        draft={draft}
        fields={fields}
        errors={errors}
        onChange={change}
        onTask={(task) => change({ task, params: {}, json: "" })}
      />
      <FormError>{elsewhere(errors, shown)}</FormError>
      <div className="flex flex-wrap justify-end gap-2">
        {template ? (
          <Button onClick={save} busy={keep.isPending}>
            Save the template
          </Button>
        ) : (
          <SaveTemplate job={made} />
        )}
        <Button look="primary" type="submit" busy={launch.isPending}>
          Launch
        </Button>
      </div>
    </form>
  );
}
