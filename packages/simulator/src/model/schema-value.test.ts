import { describe, expect, it } from "vitest";
import type { JsonSchema } from "../conversation.ts";
import { minimalValue } from "./schema-value.ts";

describe("minimalValue", () => {
  it.each<[JsonSchema, unknown]>([
    [{}, "simulated"],
    [{ type: "null" }, null],
    [{ type: "boolean" }, false],
    [{ type: "integer" }, 0],
    [{ type: "integer", minimum: 2.5 }, 3],
    [{ type: "integer", exclusiveMinimum: 2 }, 3],
    [{ type: "integer", maximum: -2.5 }, -3],
    [{ type: "integer", exclusiveMaximum: 0 }, -1],
    [{ type: "integer", minimum: 7, multipleOf: 5 }, 10],
    [{ type: "number", exclusiveMinimum: 0, maximum: 1 }, 0.5],
    [{ const: { a: 1 } }, { a: 1 }],
    [{ enum: ["b", "a"] }, "b"],
    [{ type: "string", default: "d" }, "d"],
    [{ type: "string", minLength: 12 }, "simulated..."],
    [{ type: "string", maxLength: 3 }, "sim"],
    [{ type: "string", format: "date" }, "2025-01-01"],
    [{ type: "string", pattern: "^\\d+$" }, "0"],
    [{ type: "string", pattern: "([" }, "simulated"],
    [{ type: ["string", "null"] }, "simulated"],
    [{ anyOf: [{ type: "null" }, { type: "integer" }] }, 0],
    [{ oneOf: [{ type: "boolean" }, { type: "string" }] }, false],
    [{ type: "array" }, []],
    [
      { type: "array", minItems: 3, uniqueItems: true, items: { type: "string" } },
      ["simulated", "1simulated", "2simulated"],
    ],
    [{ type: "array", minItems: 2, uniqueItems: true, items: { enum: ["x", "y"] } }, ["x", "y"]],
    [{ type: "array", minItems: 3, prefixItems: [{ type: "integer" }], items: { type: "null" } }, [0, null, null]],
    [{ properties: { a: { type: "integer" }, b: {} }, required: ["a"] }, { a: 0 }],
    [{ type: "object", required: ["x"] }, { x: "simulated" }],
    [
      {
        allOf: [
          { properties: { a: { type: "null" } }, required: ["a"] },
          { properties: { b: { type: "boolean" } }, required: ["b"] },
        ],
      },
      { a: null, b: false },
    ],
    [
      { type: "object", properties: { a: { $ref: "#/$defs/a~1b" } }, required: ["a"], $defs: { "a/b": { const: 1 } } },
      { a: 1 },
    ],
    [{ $ref: "#" }, null],
  ])("%j", (schema, value) => {
    expect(minimalValue(schema)).toEqual(value);
  });

  it("ends where a schema requires itself, also twice", () => {
    const schema = {
      type: "object",
      properties: { left: { $ref: "#" }, right: { $ref: "#" } },
      required: ["left", "right"],
    };
    expect(JSON.stringify(minimalValue(schema)).length).toBeLessThan(1_000_000);
  });
});
