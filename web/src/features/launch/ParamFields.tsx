// The fields of a task's params.
import { AreaField, CheckField, SelectField, TextField } from "~/components/fields";
import type { FieldErrors } from "~/lib/useChange";
import type { Texts } from "./read";
import type { FormField } from "./schema";

type ParamFieldsProps = {
  fields: readonly FormField[];
  texts: Texts;
  errors: FieldErrors;
  onChange: (path: string, text: string) => void;
};

export function ParamFields({ fields, texts, errors, onChange }: ParamFieldsProps) {
  return (
    <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
      {fields.map((field) => (
        <ParamField
          key={field.path}
          field={field}
          text={texts[field.path] ?? field.initial}
          error={errors[field.path]}
          onChange={(text) => onChange(field.path, text)}
        />
      ))}
    </div>
  );
}

type ParamFieldProps = {
  field: FormField;
  text: string;
  error: string | undefined;
  onChange: (text: string) => void;
};

function ParamField({ field, text, error, onChange }: ParamFieldProps) {
  const shared = {
    label: field.label,
    hint: field.hint,
    error,
    required: field.required,
    value: text,
    onChange,
  };
  switch (field.kind) {
    case "boolean":
      return field.required ? (
        <CheckField
          label={field.label}
          checked={text === "true"}
          onChange={(checked) => onChange(String(checked))}
          error={error}
        />
      ) : (
        <SelectField {...shared} options={CHOICE_OF_BOOLEAN} />
      );
    case "choice":
      return (
        <SelectField
          {...shared}
          options={[
            { value: "", label: field.required ? "Choose …" : "Default" },
            ...(field.choices ?? []).map((choice) => ({
              value: JSON.stringify(choice),
              label: String(choice),
            })),
          ]}
        />
      );
    case "list":
      return <AreaField {...shared} hint={field.hint ?? "One on each line"} rows={3} />;
    case "json":
      return <AreaField {...shared} hint={field.hint ?? "JSON"} rows={3} />;
    case "integer":
    case "number":
      return <TextField {...shared} inputMode={field.kind === "integer" ? "numeric" : "decimal"} />;
    default:
      return <TextField {...shared} />;
  }
}

const CHOICE_OF_BOOLEAN = [
  { value: "", label: "Default" },
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];
