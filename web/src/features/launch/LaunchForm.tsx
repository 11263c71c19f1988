// The fields of a submission: the task and its params first, what is seldom said folded away.
import { AreaField, Group, SelectField, TextField } from "~/components/fields";
import type { Task } from "~/lib/shapes";
import type { FieldErrors } from "~/lib/useChange";
import { type Draft, OPTIONS, type Which } from "./draft";
import { ParamFields } from "./ParamFields";
import type { FormField } from "./schema";
import { usualText } from "./usual";

export type LaunchFormProps = {
  tasks: readonly Task[];
  draft: Draft;
  fields: FormField[] | null;
  errors: FieldErrors;
  onChange: (change: Partial<Draft>) => void;
  onTask: (name: string) => void;
};

const WHICH: { value: Which; label: string }[] = [
  { value: "default", label: "As the task says" },
  { value: "only_new", label: "Only new ones: skip what succeeded before" },
  { value: "force", label: "All, also those that succeeded before" },
];

export function LaunchForm({ tasks, draft, fields, errors, onChange, onTask }: LaunchFormProps) {
  const task = tasks.find((task) => task.name === draft.task);
  return (
    <>
      <Group title="What">
        <div className="flex flex-col gap-4">
          <SelectField
            label="Task"
            required
            value={draft.task}
            onChange={onTask}
            error={errors.task}
            hint={task && taskHint(task)}
            options={[
              { value: "", label: "Choose …" },
              ...tasks.map(({ name }) => ({ value: name, label: name })),
            ]}
          />
          {task && <Params draft={draft} fields={fields} errors={errors} onChange={onChange} />}
        </div>
      </Group>
      {task && <Items task={task} draft={draft} errors={errors} onChange={onChange} />}
      <When draft={draft} errors={errors} onChange={onChange} />
      <Options draft={draft} errors={errors} onChange={onChange} />
    </>
  );
}

function taskHint(task: Task): string | undefined {
  if (task.workers === 0) return "No worker of this node runs it: the job will wait";
  return usualText(task) ?? undefined;
}

type PartProps = Pick<LaunchFormProps, "draft" | "errors" | "onChange">;

function Params({ draft, fields, errors, onChange }: PartProps & { fields: FormField[] | null }) {
  if (fields && fields.length > 0) {
    return (
      <ParamFields
        fields={fields}
        texts={draft.params}
        errors={errors}
        onChange={(path, text) => onChange({ params: { ...draft.params, [path]: text } })}
      />
    );
  }
  if (fields) return <p className="text-[13px] text-muted">This task takes no params.</p>;
  return (
    <AreaField
      label="Params"
      hint="A JSON object; the task does not say what it takes"
      placeholder="{}"
      value={draft.json}
      onChange={(json) => onChange({ json })}
      error={errors.params}
    />
  );
}

function Items({ task, draft, errors, onChange }: PartProps & { task: Task }) {
  return (
    <Group title="Items">
      <div className="flex flex-col gap-4">
        <AreaField
          label="Items"
          value={draft.items}
          onChange={(items) => onChange({ items })}
          error={errors.items}
          placeholder={'r1\n{"key": "r2", "payload": {"race_id": 2}}'}
          hint={
            task.has_planner
              ? "One on each line: a key, or JSON. Left empty, the task lists them itself"
              : "One on each line: a key, or JSON. Left empty, the job is a single call"
          }
        />
        <SelectField
          label="Which items to run"
          value={draft.which}
          onChange={(which) => onChange({ which: which as Which })}
          options={WHICH}
          error={errors.only_new ?? errors.force}
        />
      </div>
    </Group>
  );
}

function When({ draft, errors, onChange }: PartProps) {
  return (
    <Group title="When">
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-3">
        <SelectField
          label="Priority"
          value={draft.priority}
          onChange={(priority) => onChange({ priority })}
          error={errors.priority}
          options={[{ value: "", label: "normal" }, "urgent", "high", "low"]}
        />
        <TextField
          label="Key"
          value={draft.key}
          onChange={(key) => onChange({ key })}
          error={errors.key}
          hint="What it is about, for limits"
        />
        <TextField
          label="Start time"
          type="datetime-local"
          value={draft.runAt}
          onChange={(runAt) => onChange({ runAt })}
          error={errors.run_at}
          hint="Left empty: at once"
        />
      </div>
    </Group>
  );
}

function Options({ draft, errors, onChange }: PartProps) {
  const wrong = OPTIONS.some(({ name }) => errors[name]);
  return (
    <details
      open={wrong || undefined}
      className="rounded-lg border border-border bg-surface px-4 py-3 md:px-5"
    >
      <summary className="cursor-pointer text-[13px] font-semibold">More options</summary>
      <div className="grid grid-cols-1 gap-4 py-4 sm:grid-cols-2 lg:grid-cols-3">
        {OPTIONS.map((option) => {
          const field = {
            label: option.label,
            error: errors[option.name],
            value: draft.options[option.name] ?? "",
            onChange: (text: string) =>
              onChange({ options: { ...draft.options, [option.name]: text } }),
          };
          if ("choices" in option) {
            return <SelectField key={option.name} {...field} options={option.choices} />;
          }
          const hint = "hint" in option ? option.hint : undefined;
          return <TextField key={option.name} {...field} hint={hint} />;
        })}
      </div>
    </details>
  );
}
