import { describe, expect, it } from "vitest";
import type { JsonValue } from "../json.ts";
import { schemaIssues, violations } from "./violations.ts";

describe("violations", () => {
  it.each<[string, unknown, JsonValue, readonly string[]]>([
    ["anything of true", true, { a: 1 }, []],
    ["nothing of false", false, 1, ["the value is not allowed"]],
    ["anything where there is no schema", undefined, 1, []],
    ["anything of an empty schema", {}, null, []],
    ["what it does not know", { format: "email", $comment: "x", examples: [1] }, "no mail", []],

    ["type string", { type: "string" }, "a", []],
    ["type string", { type: "string" }, 1, ["the value must be string, not number"]],
    ["type number", { type: "number" }, 1.5, []],
    ["type number", { type: "number" }, "1", ["the value must be number, not string"]],
    ["type integer", { type: "integer" }, 1, []],
    ["type integer", { type: "integer" }, 1.5, ["the value must be integer, not number"]],
    ["type boolean", { type: "boolean" }, true, []],
    ["type boolean", { type: "boolean" }, 0, ["the value must be boolean, not number"]],
    ["type null", { type: "null" }, null, []],
    ["type null", { type: "null" }, {}, ["the value must be null, not object"]],
    ["type object", { type: "object" }, {}, []],
    ["type object", { type: "object" }, [], ["the value must be object, not array"]],
    ["type object", { type: "object" }, null, ["the value must be object, not null"]],
    ["type array", { type: "array" }, [], []],
    ["type array", { type: "array" }, {}, ["the value must be array, not object"]],
    ["several types", { type: ["string", "null"] }, null, []],
    ["several types", { type: ["string", "null"] }, 1, ["the value must be string or null, not number"]],

    ["enum", { enum: ["a", 1, null, { x: 1, y: 2 }] }, null, []],
    ["enum", { enum: ["a", { x: 1, y: 2 }] }, { y: 2, x: 1 }, []],
    ["enum", { enum: ["a", 1] }, "1", ['the value must be one of ["a",1]']],
    ["const", { const: { a: [1, { b: 2, c: 3 }] } }, { a: [1, { c: 3, b: 2 }] }, []],
    ["const", { const: null }, 0, ["the value must be null"]],

    ["minLength", { minLength: 2 }, "ab", []],
    ["minLength", { minLength: 2 }, "a", ["the value must have at least 2 characters"]],
    ["minLength in characters", { minLength: 2 }, "\u{1f44d}", ["the value must have at least 2 characters"]],
    ["maxLength", { maxLength: 2 }, "abc", ["the value must have at most 2 characters"]],
    ["maxLength in characters", { maxLength: 1 }, "\u{1f44d}", []],
    ["pattern, anywhere in the text", { pattern: "b+" }, "abbc", []],
    ["pattern", { pattern: "^\\p{Lu}$" }, "a", ["the value must match ^\\p{Lu}$"]],
    ["pattern of whole characters", { pattern: "^.$" }, "\u{1f44d}", []],
    ["pattern with an escape that only older syntax allows", { pattern: "^\\d+\\-\\d+$" }, "1-2", []],
    [
      "pattern with an escape that only older syntax allows",
      { pattern: "^a\\-b$" },
      "ab",
      ["the value must match ^a\\-b$"],
    ],
    ["pattern of another language", { pattern: "(?P<year>\\d+)" }, "anything", []],
    ["text keywords of what is no text", { minLength: 2, pattern: "b" }, 1, []],

    ["minimum", { minimum: 1 }, 1, []],
    ["minimum", { minimum: 1 }, 0.5, ["the value must be at least 1"]],
    ["maximum", { maximum: 1 }, 1, []],
    ["maximum", { maximum: 1 }, 1.5, ["the value must be at most 1"]],
    ["exclusiveMinimum", { exclusiveMinimum: 1 }, 1.1, []],
    ["exclusiveMinimum", { exclusiveMinimum: 1 }, 1, ["the value must be more than 1"]],
    ["exclusiveMaximum", { exclusiveMaximum: 1 }, 0.9, []],
    ["exclusiveMaximum", { exclusiveMaximum: 1 }, 1, ["the value must be less than 1"]],
    ["multipleOf", { multipleOf: 5 }, -10, []],
    ["multipleOf fractions", { multipleOf: 0.1 }, 0.3, []],
    ["multipleOf", { multipleOf: 5 }, 7, ["the value must be a multiple of 5"]],
    ["number keywords of what is no number", { minimum: 2, multipleOf: 5 }, "1", []],

    ["minItems", { minItems: 1 }, [], ["the value must have at least 1 items"]],
    ["maxItems", { maxItems: 1 }, [1, 2], ["the value must have at most 1 items"]],
    ["uniqueItems", { uniqueItems: true }, [1, "1", [1], { a: 1 }], []],
    ["uniqueItems", { uniqueItems: true }, [1, 1], ["the value must not repeat an item"]],
    [
      "uniqueItems",
      { uniqueItems: true },
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      ["the value must not repeat an item"],
    ],
    ["uniqueItems: false", { uniqueItems: false }, [1, 1], []],
    ["items", { items: { type: "number" } }, [1, "2"], ['"[1]" must be number, not string']],
    ["items: false", { items: false }, [1], ['"[0]" is not allowed']],
    ["prefixItems", { prefixItems: [{ type: "string" }], items: { type: "number" } }, ["a", 1], []],
    [
      "prefixItems",
      { prefixItems: [{ type: "string" }], items: { type: "number" } },
      [1, "a"],
      ['"[0]" must be string, not number', '"[1]" must be number, not string'],
    ],
    ["prefixItems and no more", { prefixItems: [{}], items: false }, [1, 2], ['"[1]" is not allowed']],

    ["properties", { properties: { a: { type: "string" } } }, { b: 1 }, []],
    ["properties", { properties: { a: { type: "string" } } }, { a: 1 }, ['"a" must be string, not number']],
    ["properties: false", { properties: { a: false } }, { a: 1 }, ['"a" is not allowed']],
    ["required", { required: ["a"] }, { a: null }, []],
    ["required", { required: ["a", "b"] }, { b: 1 }, ['"a" is missing']],
    ["required of what every object inherits", { required: ["toString"] }, {}, ['"toString" is missing']],
    ["additionalProperties: false", { properties: { a: {} }, additionalProperties: false }, { a: 1 }, []],
    [
      "additionalProperties: false",
      { properties: { a: {}, b: {} }, additionalProperties: false },
      { c: 1 },
      ['"c" is unknown; known are: a, b'],
    ],
    ["additionalProperties: false", { additionalProperties: false }, { c: 1 }, ['"c" is unknown; known are: none']],
    [
      "additionalProperties: false, of a key that every object inherits",
      { additionalProperties: false },
      { constructor: 1 },
      ['"constructor" is unknown; known are: none'],
    ],
    [
      "additionalProperties",
      { additionalProperties: { type: "number" } },
      { a: "x" },
      ['"a" must be number, not string'],
    ],
    ["patternProperties", { patternProperties: { "^x-": {} }, additionalProperties: false }, { "x-a": 1 }, []],
    [
      "patternProperties",
      { patternProperties: { "^x-": { type: "string" } }, additionalProperties: false },
      { "x-a": 1, y: 2 },
      ['"x-a" must be string, not number', '"y" is unknown; known are: none'],
    ],

    ["allOf", { allOf: [{ minimum: 1 }, { maximum: 3 }] }, 2, []],
    [
      "allOf",
      { allOf: [{ minimum: 3 }, { multipleOf: 2 }] },
      1,
      ["the value must be at least 3", "the value must be a multiple of 2"],
    ],
    ["anyOf", { anyOf: [{ type: "string" }, { type: "number" }] }, 1, []],
    [
      "anyOf, by the nearest alternative",
      { anyOf: [{ required: ["a", "b"] }, { required: ["c"] }] },
      {},
      ['"c" is missing'],
    ],
    ["anyOf of nothing", { anyOf: [] }, 1, ["no alternative is allowed"]],
    ["oneOf", { oneOf: [{ minimum: 5 }, { maximum: 3 }] }, 2, []],
    ["oneOf", { oneOf: [{ minimum: 5 }, { maximum: 3, multipleOf: 7 }] }, 4, ["the value must be at least 5"]],
    [
      "oneOf",
      { oneOf: [{ minimum: 1 }, { maximum: 3 }] },
      2,
      ["the value fits 2 of the alternatives, but must fit exactly one"],
    ],
    ["not", { not: { type: "string" } }, 1, []],
    ["not", { not: { type: "string" } }, "a", ["the value is not allowed"]],

    ["$ref", { $defs: { a: { type: "string" } }, properties: { x: { $ref: "#/$defs/a" } } }, { x: "a" }, []],
    [
      "$ref",
      { $defs: { a: { type: "string" } }, properties: { x: { $ref: "#/$defs/a" } } },
      { x: 1 },
      ['"x" must be string, not number'],
    ],
    [
      "$ref with keywords beside it",
      { $defs: { a: { minimum: 1 } }, $ref: "#/$defs/a", maximum: 3 },
      4,
      ["the value must be at most 3"],
    ],
    [
      "$ref through escapes and lists",
      { $defs: { "a/b~c d": [{ type: "string" }] }, $ref: "#/$defs/a~1b~0c%20d/0" },
      1,
      ["the value must be string, not number"],
    ],
    [
      "$ref to the whole",
      { properties: { next: { $ref: "#" }, n: { type: "number" } } },
      { next: { next: { n: "1" } } },
      ['"next.next.n" must be number, not string'],
    ],
    ["$ref to nothing", { $ref: "#/$defs/missing/deeper" }, 1, []],
    ["$ref to what every object inherits", { $ref: "#/constructor/name" }, 1, []],
    ["$ref to another document", { $ref: "https://a.test/schema.json" }, 1, []],
    [
      "$ref to an anchor, which is not followed",
      { type: "object", properties: { x: { $ref: "#node" } } },
      { x: 1 },
      [],
    ],
  ])("of %s: %j and %j", (_name, schema, value, expected) => {
    expect(violations(value, schema)).toEqual(expected);
  });

  it("names the place of each fault", () => {
    const point = { type: "object", properties: { x: { type: "number" } }, required: ["x"] };
    const schema = { properties: { path: { items: { properties: { to: point } } } } };
    expect(violations({ path: [{ to: { x: 1 } }, { to: {} }, { to: { x: "1" } }] }, schema)).toEqual([
      '"path[1].to.x" is missing',
      '"path[2].to.x" must be number, not string',
    ]);
  });

  it("names no more than eight", () => {
    expect(violations(Array.from("abcdefghij"), { items: { type: "number" } })).toHaveLength(8);
  });

  it("reads a key that JSON can spell but JavaScript treats on its own", () => {
    const value: JsonValue = JSON.parse('{"__proto__": 1}');
    expect(violations(value, { additionalProperties: false })).toEqual(['"__proto__" is unknown; known are: none']);
    const schema: unknown = JSON.parse('{"properties": {"__proto__": {"type": "string"}}}');
    expect(violations(value, schema)).toEqual(['"__proto__" must be string, not number']);
  });

  it("does not write out a value that is compared with nothing", () => {
    const serialised: unknown[] = [];
    const counted = { toJSON: () => serialised.push(0) };
    const deep = Array.from({ length: 20 }).reduce<unknown>((inner) => ({ inner }), counted);
    violations(deep as JsonValue, { $defs: {}, additionalProperties: { $ref: "#" } });
    expect(serialised).toEqual([]);
  });
});

describe("schemaIssues", () => {
  it.each<[unknown, JsonValue, readonly object[]]>([
    [{ type: "object", properties: { a: { type: "number" } } }, { a: 1 }, []],
    [{ type: "string" }, 1, [{ path: [], message: "must be string, not number" }]],
    [
      { properties: { list: { items: { required: ["name"], properties: { name: { minLength: 1 } } } } } },
      { list: [{ name: "a" }, {}, { name: "" }] },
      [
        { path: ["list", 1, "name"], message: "is missing" },
        { path: ["list", 2, "name"], message: "must have at least 1 characters" },
      ],
    ],
    [
      { additionalProperties: false, properties: { a: {} } },
      { b: 1 },
      [{ path: ["b"], message: "is unknown; known are: a" }],
    ],
    [
      { properties: { a: { anyOf: [{ type: "number" }, { required: ["x"] }] } } },
      { a: {} },
      [{ path: ["a"], message: "must be number, not object" }],
    ],
    [false, 1, [{ path: [], message: "is not allowed" }]],
  ])("%j, %j: %j", (schema, value, issues) => {
    expect(schemaIssues(value, schema)).toEqual(issues);
  });

  it("are few, however many alternatives there are within alternatives", () => {
    let schema: object = { required: ["a", "b", "c"] };
    for (let depth = 0; depth < 12; depth++) schema = { properties: { x: schema, y: schema }, required: ["x", "y"] };
    let value: JsonValue = {};
    for (let depth = 0; depth < 12; depth++) value = { x: value, y: value };
    expect(schemaIssues(value, { anyOf: [schema, { anyOf: [schema] }] })).toHaveLength(8);
  });

  it("say if the check was given up", () => {
    expect(schemaIssues([1, 2, 3], { items: { type: "string" } }, 1)).toEqual([
      { path: [], message: expect.stringContaining("steps") },
    ]);
  });
});
