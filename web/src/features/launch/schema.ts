// A form of a JSON schema: which fields, before anything is typed into them. Pure. It knows what type hints
// give (the node checks the same part); all else is a field of JSON.

export type Schema = {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  minimum?: number;
  maximum?: number;
  $ref?: string;
};

export type FieldKind = "text" | "integer" | "number" | "boolean" | "choice" | "list" | "json";

export type FormField = {
  /** As the server names it in what it says about it: `params.model`. */
  path: string;
  /** The way to it inside of the params. */
  steps: readonly string[];
  label: string;
  kind: FieldKind;
  required: boolean;
  hint?: string;
  choices?: readonly unknown[];
  /** Of the elements of a list. */
  element?: "text" | "integer" | "number";
  minimum?: number;
  maximum?: number;
  initial: string;
};

/** No deeper: what follows is a field of JSON. */
const DEEPEST = 3;

/** The fields, or null when only the whole as JSON will do. */
export function fieldsOf(root: Schema | null | undefined): FormField[] | null {
  if (!root) return null;
  const schema = resolve(root, root).schema;
  if (!schema.properties) return null;
  return inObject(root, schema, ["params"], DEEPEST);
}

function inObject(root: Schema, object: Schema, path: string[], depth: number): FormField[] {
  return Object.entries(object.properties ?? {}).flatMap(([name, part]) => {
    const { schema, optional } = resolve(root, part);
    const steps = [...path, name];
    const required = (object.required ?? []).includes(name) && !optional;
    if (schema.properties && required && depth > 1) return inObject(root, schema, steps, depth - 1);
    return [field(root, schema, steps, required)];
  });
}

/** Follows references, and takes `X or null` for an X that may be left out. */
function resolve(root: Schema, part: Schema): { schema: Schema; optional: boolean } {
  let schema = part;
  let optional = false;
  for (let turn = 0; turn < 8; turn++) {
    const target = schema.$ref ? lookUp(root, schema.$ref) : undefined;
    const variants = schema.anyOf ?? schema.oneOf;
    const real = variants?.filter((variant) => variant.type !== "null");
    if (target) {
      const { $ref: _, ...rest } = schema;
      schema = { ...target, ...rest };
    } else if (variants && real?.length === 1 && real[0]) {
      optional ||= real.length < variants.length;
      const { anyOf: _, oneOf: __, ...rest } = schema;
      schema = { ...real[0], ...rest };
    } else if (Array.isArray(schema.type)) {
      const types = schema.type.filter((type) => type !== "null");
      optional ||= types.length < schema.type.length;
      if (types.length !== 1) return { schema: { ...schema, type: "any" }, optional };
      schema = { ...schema, type: types[0] as string };
    } else break;
  }
  return { schema, optional };
}

function lookUp(root: Schema, reference: string): Schema | undefined {
  if (!reference.startsWith("#/")) return undefined;
  let found: unknown = root;
  for (const step of reference.slice(2).split("/")) {
    found = (found as Record<string, unknown> | undefined)?.[step];
  }
  return found as Schema | undefined;
}

function field(root: Schema, schema: Schema, path: string[], required: boolean): FormField {
  const { kind, element } = kindOf(root, schema);
  return {
    path: path.join("."),
    steps: path.slice(1),
    label: schema.title ?? path.slice(1).join(" › "),
    kind,
    required,
    initial: textOf(kind, schema.default),
    ...(schema.description && { hint: schema.description }),
    ...(schema.enum && { choices: schema.enum }),
    ...(element && { element }),
    ...(schema.minimum !== undefined && { minimum: schema.minimum }),
    ...(schema.maximum !== undefined && { maximum: schema.maximum }),
  };
}

function kindOf(root: Schema, schema: Schema): Pick<FormField, "kind" | "element"> {
  if (schema.enum) return { kind: "choice" };
  switch (schema.type) {
    case "string":
      return { kind: "text" };
    case "integer":
    case "number":
    case "boolean":
      return { kind: schema.type };
    case "array": {
      const element = schema.items && resolve(root, schema.items).schema.type;
      if (element === "string") return { kind: "list", element: "text" };
      if (element === "integer" || element === "number") return { kind: "list", element };
      return { kind: "json" };
    }
    default:
      return { kind: "json" };
  }
}

/** A value as its field shows it. */
export function textOf(kind: FieldKind, value: unknown): string {
  if (value === undefined || value === null) return "";
  if (kind === "list" && Array.isArray(value)) return value.join("\n");
  if (kind === "json" || kind === "choice") return JSON.stringify(value);
  return String(value);
}
