// The fields of a schedule: when, what, and what about runs that were missed.
import { AreaField, CheckField, Group, SelectField, TextField } from "~/components/fields";
import { useTemplates } from "~/lib/reads";
import type { FieldErrors } from "~/lib/useChange";
import type { Form, Rule } from "./form";
import { NextRuns } from "./NextRuns";

export type ScheduleFormProps = {
  form: Form;
  errors: FieldErrors;
  onChange: (change: Partial<Form>) => void;
};

const RULES = [
  { value: "cron", label: "By the clock (cron)" },
  { value: "every", label: "Every so often" },
  { value: "at", label: "Once" },
];

const MISSED = [
  { value: "once", label: "Run once for all of them" },
  { value: "skip", label: "Skip them" },
  { value: "all", label: "Run each of them" },
];

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone")];

export function ScheduleForm({ form, errors, onChange }: ScheduleFormProps) {
  return (
    <>
      <Group title="When">
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
          <TextField
            label="Name"
            required
            value={form.name}
            onChange={(name) => onChange({ name })}
            error={errors.name}
          />
          <SelectField
            label="Rule"
            value={form.rule}
            onChange={(rule) => onChange({ rule: rule as Rule })}
            options={RULES}
          />
          <RuleFields form={form} errors={errors} onChange={onChange} />
          <SelectField
            label="Runs that were missed"
            value={form.missed}
            onChange={(missed) => onChange({ missed })}
            options={MISSED}
            error={errors.missed}
          />
          <div className="flex items-end pb-2">
            <CheckField
              label="May run while an earlier run is unfinished"
              checked={form.overlap}
              onChange={(overlap) => onChange({ overlap })}
              error={errors.overlap}
            />
          </div>
        </div>
        {form.rule === "cron" && <NextRuns cron={form.cron} zone={form.timezone} />}
      </Group>
      <What form={form} errors={errors} onChange={onChange} />
    </>
  );
}

function RuleFields({ form, errors, onChange }: ScheduleFormProps) {
  if (form.rule === "every") {
    return (
      <TextField
        label="Every"
        required
        value={form.every}
        onChange={(every) => onChange({ every })}
        error={errors.every}
        hint="such as 15m or 6h"
      />
    );
  }
  if (form.rule === "at") {
    return (
      <TextField
        label="Time (UTC)"
        required
        type="datetime-local"
        value={form.at}
        onChange={(at) => onChange({ at })}
        error={errors.at}
      />
    );
  }
  return (
    <>
      <TextField
        label="Cron"
        required
        value={form.cron}
        onChange={(cron) => onChange({ cron })}
        error={errors.cron}
        hint="minute, hour, day of month, month, day of week"
      />
      <TextField
        label="Time zone"
        value={form.timezone}
        onChange={(timezone) => onChange({ timezone })}
        error={errors.timezone}
        suggestions={ZONES}
        hint="UTC when left empty"
      />
    </>
  );
}

function What({ form, errors, onChange }: ScheduleFormProps) {
  const templates = useTemplates().data?.items ?? [];
  const names = templates.map(({ name }) => ({ value: name, label: `Template ${name}` }));
  const known = names.some(({ value }) => value === form.template) || form.template === "";
  const error = Object.entries(errors).find(([field]) => field.startsWith("template"))?.[1];
  return (
    <Group title="What">
      <div className="flex flex-col gap-4">
        <SelectField
          label="Submits"
          value={form.template}
          onChange={(template) => onChange({ template })}
          options={[
            { value: "", label: "A job of its own" },
            ...names,
            ...(known ? [] : [{ value: form.template, label: `Template ${form.template}` }]),
          ]}
          error={form.template ? error : undefined}
        />
        {form.template === "" && (
          <AreaField
            label="Job"
            required
            rows={7}
            value={form.job}
            onChange={(job) => onChange({ job })}
            error={error}
            hint="As it is submitted, as JSON"
          />
        )}
      </div>
    </Group>
  );
}
