import { toStandardJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import {
  address,
  bodyFields,
  flag,
  json,
  jsonObject,
  mapOf,
  object,
  openObject,
  text,
  tokens,
} from "./schema-parts.ts";

/** What is reported, as `path: message`. */
function issues(schema: v.GenericSchema, value: unknown): readonly string[] {
  const { issues = [] } = v.safeParse(schema, value);
  return issues.map((issue) => `${v.getDotPath(issue) ?? ""}: ${issue.message}`);
}

const schema = object({
  name: text("a model's id"),
  limit: v.optional(tokens),
  inner: v.optional(object({ on: v.optional(flag) })),
  rest: v.optional(openObject({ on: v.optional(flag) })),
  texts: v.optional(mapOf(v.string("must be text"), "must be an object of texts")),
  body: v.optional(bodyFields({ model: "it is what is asked" })),
  data: v.optional(jsonObject),
});

describe("schema parts", () => {
  it("report what must be there, in words that follow a path", () => {
    expect(issues(schema, {})).toEqual(["name: is missing, but required"]);
    expect(issues(schema, { name: "", limit: 0.5 })).toEqual([
      "name: must be a model's id",
      "limit: must be a whole number of tokens",
      "limit: must be at least 1",
    ]);
    expect(issues(schema, "text")).toEqual([": must be an object"]);
    expect(issues(schema, { name: "m", body: { model: "x", other: 1 } })).toEqual([
      'body: must not hold "model": it is what is asked',
    ]);
    expect(issues(schema, { name: "m", data: { a: [new Date(0)] } })).toEqual(["data.a: must be plain JSON"]);
  });

  it.each(["inner", "rest", "texts", "body", "data"])("reject a list in place of the object %s", (key) => {
    for (const list of [[], [1], ["on"]]) {
      expect(issues(schema, { name: "m", [key]: list })).toEqual([expect.stringMatching(`^${key}: must be an object`)]);
    }
  });

  it("say what is wrong with an address", () => {
    const place = object({ api_url: address("the address, such as https://host/v1") });
    expect(issues(place, { api_url: "https://host/v1" })).toEqual([]);
    expect(issues(place, { api_url: "" })).toEqual(["api_url: must be the address, such as https://host/v1"]);
    expect(issues(place, { api_url: "http://example.com" })).toEqual([
      expect.stringMatching(/^api_url: must begin with https:/),
    ]);
  });

  it("reject a list at the root", () => {
    expect(schema["~standard"].validate(["m"])).toMatchObject({ issues: [{ message: "must be an object" }] });
    expect(v.safeParse(object({}), [])).toMatchObject({ success: false });
  });

  it("accept numbers as keys, which lists do not stand for", () => {
    expect(v.parse(schema, { name: "m", data: { "0": 1 } })).toEqual({ name: "m", data: { "0": 1 } });
  });

  it("have a JSON Schema, also without options that tolerate what has none", () => {
    const { body: _, ...others } = schema.entries;
    const { properties } = toStandardJsonSchema(object(others))["~standard"].jsonSchema.input({
      target: "draft-2020-12",
    });
    expect(properties).toMatchObject({
      name: { type: "string", minLength: 1 },
      inner: { type: "object", properties: { on: { type: "boolean" } } },
      rest: { type: "object", additionalProperties: {} },
      data: { type: "object", additionalProperties: {} },
    });
    expect(v.parse(json, { a: [1, null] })).toEqual({ a: [1, null] });
  });
});
