import { describe, expect, it } from "vitest";
import { schemaOf } from "../../test/schema.ts";
import type { JsonSchema } from "./json.ts";
import { formatPath, parseSettings, parseSettingsFile, toIssue } from "./settings.ts";
import { jsonSchemaOf } from "./standard-schema.ts";

/** Takes everything; only what its JSON Schema says about keys is of interest. */
const shaped = (json: JsonSchema) => schemaOf(json, (value) => ({ value }));
const unknownKeys = (json: JsonSchema, raw: unknown) => parseSettings(shaped(json), raw).unknownKeys;
const service = { type: "object", properties: { api_url: { type: "string" }, api_key_name: { type: "string" } } };
const misspelt = (...path: (string | number)[]) => ({
  path: [...path, "api_ulr"],
  message: 'Unknown key "api_ulr", which has no effect. Did you mean "api_url"?',
});

describe("parseSettingsFile", () => {
  const item = { type: "object", properties: { a: { type: "string" } } };
  const json = {
    type: "object",
    properties: {
      name: { anyOf: [{ type: "string" }, { type: "number" }] },
      list: { type: "array", items: item },
      cleared: { type: ["string", "null"] },
      extra: { type: "object", additionalProperties: {} },
      referred: { $ref: "#/$defs/somewhere" },
      named: { type: "object", additionalProperties: item },
      checked: { type: "string", allOf: [{ pattern: "^a" }, { pattern: "b$" }] },
    },
  };
  /** Knows no null but where the JSON Schema has one. */
  const schema = schemaOf(json, (value) => {
    const { name, list } = value as { name?: unknown; list?: { a?: unknown }[] };
    const wrong = name === null || name === 5 || list?.some(({ a }) => a === null);
    return wrong ? { issues: [{ message: "must be text", path: ["name"] }] } : { value };
  });

  it("takes null for what is not set, and leaves it where it means something", () => {
    const kept = { cleared: null, extra: { a: null }, referred: null };
    const file = { ...kept, name: null, list: [{ a: null, b: 1 }], named: { x: { a: null } }, checked: null };
    const before = structuredClone(file);
    const parsed = parseSettingsFile(schema, file);
    expect(parsed.ok && parsed.value).toEqual({ ...kept, list: [{ b: 1 }], named: { x: {} } });
    expect(file).toEqual(before);
  });

  it("reports what is wrong besides", () => {
    expect(parseSettingsFile(schema, { name: 5, list: [{ a: null }] })).toMatchObject({
      ok: false,
      issues: [{ path: ["name"], message: "must be text" }],
    });
  });
});

describe("parseSettings", () => {
  it("returns what the schema makes of the value", () => {
    const schema = schemaOf({}, (value) => ({ value: `<${String(value)}>` }));
    expect(parseSettings(schema, 7)).toEqual({ ok: true, value: "<7>", unknownKeys: [] });
  });

  it("returns the schema's issues with plain paths, and unknown keys beside them", () => {
    const schema = schemaOf(service, () => ({ issues: [{ message: "Expected text", path: [{ key: "api_url" }, 0] }] }));
    expect(parseSettings(schema, { api_ulr: 1 })).toEqual({
      ok: false,
      issues: [{ path: ["api_url", 0], message: "Expected text" }],
      unknownKeys: [misspelt()],
    });
  });

  it("refuses a schema that validates asynchronously", () => {
    const schema = schemaOf({}, async (value) => ({ value }));
    expect(() => parseSettings(schema, {})).toThrow(
      new TypeError("A settings schema must validate synchronously: take its asynchronous checks out."),
    );
  });

  describe("tells unknown keys", () => {
    it("with the keys there are, where none is near", () => {
      expect(unknownKeys(service, { temperature: 1 })).toEqual([
        {
          path: ["temperature"],
          message: 'Unknown key "temperature", which has no effect. Known keys: api_url, api_key_name.',
        },
      ]);
    });

    it("of nested objects", () => {
      const schema = { type: "object", properties: { inner: service } };
      expect(unknownKeys(schema, { inner: { api_ulr: "", api_url: "" } })).toEqual([misspelt("inner")]);
    });

    it("in lists", () => {
      const schema = { type: "array", items: service };
      expect(unknownKeys(schema, [{ api_url: "" }, { api_ulr: "" }])).toEqual([misspelt(1)]);
    });

    it("in records, whose own keys are free", () => {
      const schema = { type: "object", additionalProperties: service };
      expect(unknownKeys(schema, { mine: { api_ulr: "" } })).toEqual([misspelt("mine")]);
    });

    it("beside known keys that leave room for records", () => {
      const schema = { type: "object", properties: { main: service }, additionalProperties: service };
      expect(unknownKeys(schema, { main: { api_ulr: "" }, other: { api_ulr: "" } })).toEqual([
        misspelt("main"),
        misspelt("other"),
      ]);
    });

    it.each(["anyOf", "oneOf", "allOf"])("in the alternatives of %s taken together", (keyword) => {
      const schema = { [keyword]: [service, { type: "object", properties: { region: { type: "string" } } }] };
      expect(unknownKeys(schema, { api_url: "", region: "", api_ulr: "" })).toEqual([misspelt()]);
    });

    it("in lists and records that may also be null", () => {
      const none = { type: "null" };
      const list = { anyOf: [{ type: "array", items: service }, none] };
      const record = { anyOf: [{ type: "object", additionalProperties: service }, none] };
      expect(unknownKeys(list, [{ api_ulr: "" }])).toEqual([misspelt(0)]);
      expect(unknownKeys(record, { mine: { api_ulr: "" } })).toEqual([misspelt("mine")]);
    });

    it("only where no alternative knows them, if alternatives share a key", () => {
      const auth = (key: string) => ({ properties: { auth: { properties: { [key]: { type: "string" } } } } });
      const schema = { anyOf: [auth("token"), auth("password")] };
      expect(unknownKeys(schema, { auth: { token: "a" } })).toEqual([]);
      expect(unknownKeys(schema, { auth: { password: "a" } })).toEqual([]);
      expect(unknownKeys(schema, { auth: { tokn: "a" } })).toEqual([
        { path: ["auth", "tokn"], message: 'Unknown key "tokn", which has no effect. Did you mean "token"?' },
      ]);
    });

    it.each([true, {}, { type: "string" }])("not where an alternative takes any key: %j", (additionalProperties) => {
      expect(unknownKeys({ anyOf: [service, { type: "object", additionalProperties }] }, { mine: "x" })).toEqual([]);
    });

    it.each([[true], [{}]])("not where additional ones are allowed: %j", (additionalProperties) => {
      expect(unknownKeys({ ...service, additionalProperties }, { anything: 1 })).toEqual([]);
    });

    it.each([
      ["a schema that says nothing", {}, { a: { b: 1 } }],
      ["a value that is no object", service, "text"],
      ["null", service, null],
      ["a list where an object belongs", service, [{ a: 1 }]],
      ["a reference, which is not followed", { $ref: "#/$defs/a", $defs: { a: service } }, { api_ulr: 1 }],
    ])("not of %s", (_name, schema, raw) => {
      expect(unknownKeys(schema, raw)).toEqual([]);
    });

    it("that JSON can spell but JavaScript inherits", () => {
      const raw: unknown = JSON.parse('{"__proto__": {"api_url": ""}, "constructor": 1}');
      expect(unknownKeys(service, raw).map((issue) => issue.path)).toEqual([["__proto__"], ["constructor"]]);
    });
  });
});

describe("jsonSchemaOf", () => {
  it("asks for what may be written, in draft 2020-12, and forgives what cannot be expressed", () => {
    const asked: unknown[] = [];
    const schema = schemaOf({}, (value) => ({ value }));
    const { jsonSchema } = schema["~standard"];
    const input = (options: unknown) => {
      asked.push(options);
      return { type: "object" };
    };
    expect(jsonSchemaOf({ "~standard": { ...schema["~standard"], jsonSchema: { ...jsonSchema, input } } })).toEqual({
      type: "object",
    });
    expect(asked).toEqual([
      { target: "draft-2020-12", libraryOptions: { errorMode: "ignore", unrepresentable: "any" } },
    ]);
  });
});

describe("toIssue", () => {
  it("spells paths of keys, of segments, and of none", () => {
    const [tag] = [Symbol("tag")];
    expect(toIssue({ message: "m", path: ["a", 0, { key: "b" }, tag] })).toEqual({
      path: ["a", 0, "b", "Symbol(tag)"],
      message: "m",
    });
    expect(toIssue({ message: "m" })).toEqual({ path: [], message: "m" });
  });
});

describe("formatPath", () => {
  it.each([
    [[], ""],
    [["a"], "a"],
    [["a", "b"], "a.b"],
    [["available_models", 0, "name"], "available_models[0].name"],
    [[2, "a", 1], "[2].a[1]"],
  ])("%j is %s", (path, expected) => {
    expect(formatPath(path)).toBe(expected);
  });
});
