import { definePlugin } from "@waygate/core/plugin";
import { describe, expect, expectTypeOf, it } from "vitest";
import { jsonSettings } from "./json-settings.ts";

const settings = jsonSettings({
  type: "object",
  properties: {
    api_url: { type: "string", minLength: 1, default: "https://api.acme.test/v1" },
    region: { enum: ["eu", "us"] },
    limit: { type: "integer", minimum: 1 },
    models: {
      type: "array",
      items: {
        type: "object",
        properties: { name: { type: "string" }, tools: { type: "boolean", default: true } },
        required: ["name"],
      },
      default: [],
    },
    headers: { type: "object", additionalProperties: { type: "string" } },
  },
  required: ["region"],
});

const parse = (value: unknown) => settings["~standard"].validate(value);

describe("settings from a JSON Schema", () => {
  it("are checked, each fault at its path", () => {
    expect(parse({ region: "eu", models: [{ name: "m" }, {}], limit: 0.5 })).toEqual({
      issues: [
        { path: ["models", 1, "name"], message: "is missing" },
        { path: ["limit"], message: "must be integer, not number" },
      ],
    });
    expect(parse({})).toEqual({ issues: [{ path: ["region"], message: "is missing" }] });
    expect(parse([])).toEqual({ issues: [{ path: [], message: "must be object, not array" }] });
    expect(parse("text")).toEqual({ issues: [{ path: [], message: "must be object, not string" }] });
  });

  it("have their defaults, at any depth, and of their own", () => {
    const first = parse({ region: "eu", models: [{ name: "m" }] });
    expect(first).toEqual({
      value: { region: "eu", api_url: "https://api.acme.test/v1", models: [{ name: "m", tools: true }] },
    });
    const [one, other] = [parse({ region: "us" }), parse({ region: "us" })];
    if (one instanceof Promise || other instanceof Promise || one.issues || other.issues) throw new Error("invalid");
    expect(one.value.models).not.toBe(other.value.models);
  });

  it("quote no value, which may be a secret in the wrong place", () => {
    const secret = "sk-test-in-the-wrong-place";
    expect(JSON.stringify(parse({ region: secret, limit: secret, models: secret }))).not.toContain(secret);
  });

  it("keep keys such as __proto__ as keys", () => {
    const value = JSON.parse('{"region":"eu","headers":{"__proto__":"x"}}');
    const parsed = parse(value);
    expect(JSON.stringify(parsed)).toContain('"__proto__":"x"');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it("have the type that the schema says", () => {
    type Output = NonNullable<(typeof settings)["~standard"]["types"]>["output"];
    expectTypeOf<Output>().toEqualTypeOf<{
      readonly api_url: string;
      readonly region: "eu" | "us";
      readonly limit?: number;
      readonly models: readonly { readonly name: string; readonly tools: boolean }[];
      readonly headers?: { readonly [key: string]: string };
    }>();
    type Named = NonNullable<ReturnType<typeof jsonSettings<{ a: 1 }>>["~standard"]["types"]>["output"];
    expectTypeOf<Named>().toEqualTypeOf<{ a: 1 }>();
  });

  it("serve a plugin, which needs no schema library", () => {
    const plugin = definePlugin({
      id: "acme",
      name: "Acme",
      contract: 1,
      settingsKey: "acme",
      settings,
      capabilities: {},
      address: ({ api_url }) => api_url,
      open: () => ({ models: async () => [], stream: () => [] as never }),
    });
    expect(plugin.settingsSchema()).toMatchObject({ type: "object", required: ["region"] });
    expect(plugin.prepare({ region: "eu" })).toMatchObject({ ok: true, address: "https://api.acme.test/v1" });
    expect(plugin.prepare({ region: "eu", api_ulr: "x" })).toMatchObject({
      ok: true,
      unknownKeys: [{ path: ["api_ulr"], message: expect.stringContaining('Did you mean "api_url"?') }],
    });
    // Programs such as Zed write null for what is not set.
    expect(plugin.prepare({ region: "eu", limit: null })).toMatchObject({ ok: true });
    expect(plugin.prepare({ region: "asia" })).toMatchObject({ ok: false, issues: [{ path: ["region"] }] });
  });
});
