// Fields of forms: each has its label, a hint, and beside it what is wrong with it.
import { type ComponentProps, type ReactNode, useId } from "react";

export type FieldProps = {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  required?: boolean;
};

const CONTROL =
  "w-full rounded-md border border-strong bg-surface text-[13px] text-text aria-invalid:border-failed disabled:opacity-55";

type Wiring = { id: string; "aria-describedby"?: string; "aria-invalid"?: true };

/** The label above, the words below, and how the control refers to them. */
export function Field(props: FieldProps & { children: (wiring: Wiring) => ReactNode }) {
  const { label, hint, error, required, children } = props;
  const id = useId();
  const told = error || hint ? `${id}-about` : undefined;
  const wiring: Wiring = { id };
  if (told) wiring["aria-describedby"] = told;
  if (error) wiring["aria-invalid"] = true;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-[13px] font-medium">
        {label}
        {required && <span className="font-normal text-muted"> (required)</span>}
      </label>
      {children(wiring)}
      {told && (
        <p id={told} className={`text-xs break-words ${error ? "text-failed" : "text-muted"}`}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}

type TextProps = FieldProps &
  Omit<ComponentProps<"input">, "onChange" | "value"> & {
    value: string;
    onChange: (text: string) => void;
    suggestions?: readonly string[];
  };

export function TextField(props: TextProps) {
  const { label, hint, error, required, value, onChange, suggestions, ...rest } = props;
  const list = useId();
  return (
    <Field label={label} hint={hint} error={error} required={required ?? false}>
      {(wiring) => (
        <>
          <input
            {...rest}
            {...wiring}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            autoComplete="off"
            list={suggestions ? list : undefined}
            aria-required={required || undefined}
            className={`${CONTROL} h-9 px-2.5`}
          />
          {suggestions && (
            <datalist id={list}>
              {suggestions.map((word) => (
                <option key={word} value={word} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  );
}

type AreaProps = FieldProps & {
  value: string;
  onChange: (text: string) => void;
  rows?: number;
  placeholder?: string;
};

export function AreaField(props: AreaProps) {
  const { label, hint, error, required, value, onChange, rows = 4, placeholder } = props;
  return (
    <Field label={label} hint={hint} error={error} required={required ?? false}>
      {(wiring) => (
        <textarea
          {...wiring}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          rows={rows}
          placeholder={placeholder}
          spellCheck={false}
          aria-required={required || undefined}
          className={`${CONTROL} px-2.5 py-2 font-mono leading-relaxed`}
        />
      )}
    </Field>
  );
}

type SelectProps = FieldProps & {
  value: string;
  onChange: (value: string) => void;
  options: readonly (string | { value: string; label: string })[];
};

export function SelectField(props: SelectProps) {
  const { label, hint, error, required, value, onChange, options } = props;
  return (
    <Field label={label} hint={hint} error={error} required={required ?? false}>
      {(wiring) => (
        <select
          {...wiring}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={`${CONTROL} h-9 pr-2.5 pl-1.5`}
        >
          {options.map((option) => {
            const { value, label } =
              typeof option === "string" ? { value: option, label: option } : option;
            return (
              <option key={value} value={value}>
                {label}
              </option>
            );
          })}
        </select>
      )}
    </Field>
  );
}

type CheckProps = {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  error?: string | undefined;
};

export function CheckField({ label, checked, onChange, error }: CheckProps) {
  return (
    <div>
      <label className="flex min-h-6 items-center gap-2 text-[13px]">
        <input
          type="checkbox"
          checked={checked}
          onChange={(event) => onChange(event.target.checked)}
          className="size-4 accent-accent-solid"
        />
        {label}
      </label>
      {error && <p className="text-xs text-failed">{error}</p>}
    </div>
  );
}

/** Fields that belong together. */
export function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="min-w-0 rounded-lg border border-border bg-surface p-4 md:p-5">
      <legend className="sr-only">{title}</legend>
      <p aria-hidden="true" className="mb-3 text-[13px] font-semibold">
        {title}
      </p>
      {children}
    </fieldset>
  );
}

/** What is wrong with the whole of a form. */
export function FormError({ children }: { children: ReactNode }) {
  if (!children) return null;
  return (
    <p role="alert" className="rounded-md border border-failed px-3 py-2 text-[13px] text-failed">
      {children}
    </p>
  );
}
