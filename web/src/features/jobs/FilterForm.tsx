import { unwrap, usePaceline } from "@paceline/react";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";
import { Button } from "~/components/Button";
import type { JobsSearch } from "~/lib/search";
import { FIELDS, type FieldName, TAB_STATES } from "./filter";

type FilterFormProps = {
  search: JobsSearch;
  onApply: (change: Partial<JobsSearch>) => void;
};

const EXAMPLES: Partial<Record<FieldName, string>> = { label: "team:a" };

/** Tasks and queues that are known, to choose from; anything else may be typed. */
function useSuggestions(): Partial<Record<FieldName, string[]>> {
  const { api } = usePaceline();
  const tasks = useQuery({
    queryKey: ["tasks", "names"],
    queryFn: async () => (await unwrap(api.GET("/api/v1/tasks"))).items.map((task) => task.name),
  });
  const queues = useQuery({
    queryKey: ["queues", "names"],
    queryFn: async () => (await unwrap(api.GET("/api/v1/queues"))).items.map((queue) => queue.name),
  });
  return { task: tasks.data ?? [], queue: queues.data ?? [], state: [...TAB_STATES.active] };
}

export function FilterForm({ search, onApply }: FilterFormProps) {
  const suggestions = useSuggestions();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = FIELDS.map(({ name }) => [
      name,
      String(form.get(name) ?? "").trim() || undefined,
    ]);
    onApply(Object.fromEntries(given));
  };
  return (
    <form onSubmit={submit} className="grid grid-cols-1 gap-3 sm:grid-cols-2">
      {FIELDS.map(({ name, label }) => (
        <Field
          key={name}
          name={name}
          label={label}
          value={search[name] ?? ""}
          suggestions={suggestions[name]}
        />
      ))}
      <div className="flex justify-end gap-2 sm:col-span-2">
        <Button look="primary" type="submit">
          Apply
        </Button>
      </div>
    </form>
  );
}

type FieldProps = {
  name: FieldName;
  label: string;
  value: string;
  suggestions: string[] | undefined;
};

function Field({ name, label, value, suggestions }: FieldProps) {
  const list = useId();
  const isTime = name === "after" || name === "before";
  return (
    <label className="flex flex-col gap-1 text-xs text-muted">
      {label}
      <input
        name={name}
        defaultValue={value}
        type={isTime ? "datetime-local" : "text"}
        placeholder={EXAMPLES[name]}
        list={suggestions ? list : undefined}
        autoComplete="off"
        className="h-8 rounded-md border border-strong bg-surface px-2 text-[13px] text-text"
      />
      {suggestions && (
        <datalist id={list}>
          {suggestions.map((word) => (
            <option key={word} value={word} />
          ))}
        </datalist>
      )}
    </label>
  );
}
