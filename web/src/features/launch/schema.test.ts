import { describe, expect, it } from "vitest";
import { read, textsOf } from "./read";
import { fieldsOf, type Schema } from "./schema";

const schema: Schema = {
  type: "object",
  required: ["model", "runs", "deep"],
  properties: {
    model: { type: "string" },
    runs: { type: "integer", minimum: 1, maximum: 9 },
    rate: { anyOf: [{ type: "number" }, { type: "null" }] },
    mode: { enum: ["fast", "good"] },
    dry: { type: "boolean" },
    skus: { type: "array", items: { type: "string" } },
    extra: { type: "object" },
    deep: { $ref: "#/$defs/Deep" },
  },
  $defs: {
    Deep: { type: "object", required: ["level"], properties: { level: { type: "integer" } } },
  },
} as Schema;

function fields() {
  const found = fieldsOf(schema);
  if (!found) throw new Error("no fields");
  return found;
}

describe("a form of a schema", () => {
  it("has a field for each property, also inside of others", () => {
    expect(fields().map(({ path, kind, required }) => [path, kind, required])).toEqual([
      ["params.model", "text", true],
      ["params.runs", "integer", true],
      ["params.rate", "number", false],
      ["params.mode", "choice", false],
      ["params.dry", "boolean", false],
      ["params.skus", "list", false],
      ["params.extra", "json", false],
      ["params.deep.level", "integer", true],
    ]);
  });

  it("reads back what it shows", () => {
    const params = {
      model: "2026-10",
      runs: 3,
      rate: 0.5,
      mode: "good",
      dry: true,
      skus: ["a", "b"],
      extra: { x: [1] },
      deep: { level: 2 },
    };
    expect(read(fields(), textsOf(fields(), params))).toEqual({ value: params, errors: {} });
  });

  it("leaves out what is empty, and says what is wrong at its field", () => {
    const texts = {
      "params.model": "m",
      "params.runs": "12",
      "params.rate": "much",
      "params.extra": "{",
    };
    const { value, errors } = read(fields(), texts);
    expect(value).toEqual({ model: "m" });
    expect(errors["params.runs"]).toBe("must be 9 or less");
    expect(errors["params.rate"]).toContain("no number");
    expect(errors["params.extra"]).toContain("not JSON");
    expect(errors["params.deep.level"]).toBe("is required");
  });

  it("is one field of JSON without properties", () => {
    expect(fieldsOf(null)).toBeNull();
    expect(fieldsOf({ type: "object" })).toBeNull();
  });
});
