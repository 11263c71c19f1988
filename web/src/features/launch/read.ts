// What the texts in the fields of params mean, and which of them mean nothing. Pure.
import { jsonOf } from "~/lib/json";
import { type FormField, textOf } from "./schema";

export type Texts = Record<string, string>;
export type Read = { value: Record<string, unknown>; errors: Record<string, string> };

/** The texts of fields that show these params. */
export function textsOf(fields: readonly FormField[], params: Record<string, unknown>): Texts {
  return Object.fromEntries(
    fields.map(({ path, steps, kind, initial }) => {
      let value: unknown = params;
      for (const step of steps) value = (value as Record<string, unknown> | undefined)?.[step];
      return [path, value === undefined ? initial : textOf(kind, value)];
    }),
  );
}

/** The params that the texts mean, or what is wrong with which. */
export function read(fields: readonly FormField[], texts: Texts): Read {
  const value: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const text = texts[field.path] ?? field.initial;
    try {
      const part = meaning(field, text);
      if (part !== undefined) put(value, field.steps, part);
      else if (field.required) throw new Error("is required");
    } catch (fault) {
      errors[field.path] = (fault as Error).message;
    }
  }
  return { value, errors };
}

function put(object: Record<string, unknown>, steps: readonly string[], part: unknown): void {
  const [step, ...rest] = steps;
  if (step === undefined) return;
  if (rest.length === 0) object[step] = part;
  else {
    object[step] ??= {};
    put(object[step] as Record<string, unknown>, rest, part);
  }
}

/** Undefined when nothing is said. */
function meaning(field: FormField, text: string): unknown {
  if (field.kind === "text") return text || undefined;
  if (text.trim() === "") {
    if (field.kind === "boolean" && field.required) return false;
    if (field.kind === "list" && field.required) return [];
    return undefined;
  }
  switch (field.kind) {
    case "integer":
    case "number":
      return inBounds(field, numberOf(text, field.kind));
    case "boolean":
      return text === "true";
    case "list":
      return text
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((line) => (field.element === "text" ? line : numberOf(line, field.element)));
    default:
      return jsonOf(text);
  }
}

function numberOf(text: string, kind: "integer" | "number" | undefined): number {
  const value = Number(text);
  if (Number.isNaN(value)) throw new Error(`\`${text.trim()}\` is no number`);
  if (kind === "integer" && !Number.isInteger(value)) throw new Error("must be a whole number");
  return value;
}

function inBounds({ minimum, maximum }: FormField, value: number): number {
  if (minimum !== undefined && value < minimum) throw new Error(`must be ${minimum} or more`);
  if (maximum !== undefined && value > maximum) throw new Error(`must be ${maximum} or less`);
  return value;
}
