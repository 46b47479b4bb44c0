import { describe, expect, expectTypeOf, it } from "vitest";
import { anyObject, type ServiceSettings, schemaOf, serviceSettings } from "../../test/schema.ts";
import type { Gateway } from "./gateway.ts";
import { defaultLimits } from "./limits.ts";
import { definePlugin, type OpenContext } from "./plugin.ts";

const gateway: Gateway = { models: async () => [], async *stream() {} };
const definition = {
  id: "alpha",
  name: "Alpha",
  contract: 1 as const,
  settingsKey: "alpha_settings",
  settings: serviceSettings,
  capabilities: {
    tools: true,
    toolChoice: false,
    images: false,
    files: false,
    reasoning: false,
    structuredOutput: false,
  },
  open: () => gateway,
};
const context: Omit<OpenContext<unknown>, "settings"> = {
  id: "alpha",
  credential: async () => undefined,
  store: { get: async () => undefined, set: async () => {}, delete: async () => {} },
  supports: () => false,
  transport: {},
  limits: defaultLimits,
  notice: () => {},
  signal: new AbortController().signal,
};

describe("definePlugin", () => {
  it("makes a plain value, with the defaults filled in", () => {
    const plugin = definePlugin(definition);
    expect(plugin).toEqual({
      id: "alpha",
      name: "Alpha",
      contract: 1,
      settingsKey: "alpha_settings",
      instances: "one",
      capabilities: definition.capabilities,
      credentials: expect.any(Function),
      settingsSchema: expect.any(Function),
      prepare: expect.any(Function),
      parseGatewayOptions: undefined,
    });
    expect(plugin.credentials("alpha")).toEqual([]);
    expect(plugin.settingsSchema()).toEqual({ type: "object", properties: { api_url: { type: "string" } } });
  });

  it.each(["id", "name", "settingsKey"])("refuses a definition without %s", (field) => {
    const refusal = new TypeError(`definePlugin: "${field}" must be a text that is not empty.`);
    expect(() => definePlugin({ ...definition, [field]: "" })).toThrow(refusal);
    expect(() => definePlugin({ ...definition, [field]: undefined })).toThrow(refusal);
  });

  it.each([undefined, "1", 1.5, Number.NaN])("refuses %s as a contract", (contract) => {
    const wrong: object = { contract };
    expect(() => definePlugin({ ...definition, ...wrong })).toThrow(
      /^definePlugin: "contract" of alpha must be the number 1, written as a literal, not /,
    );
  });

  it("refuses a definition that cannot be opened", () => {
    const wrong: object = { open: undefined };
    expect(() => definePlugin({ ...definition, ...wrong })).toThrow(
      new TypeError('definePlugin: "open" of alpha must be a function that returns a gateway.'),
    );
  });

  it.each([null, {}, { type: "object" }])("refuses %j as the settings' schema", (settings) => {
    const wrong: object = { settings };
    expect(() => definePlugin({ ...definition, ...wrong })).toThrow(
      new TypeError(
        'definePlugin: "settings" of alpha must be a Standard Schema that has a JSON Schema. Zod, arktype and valibot make such schemas.',
      ),
    );
  });

  it("refuses a schema without a JSON Schema, as valibot's are before they are wrapped", () => {
    const { jsonSchema: _, ...standard } = anyObject["~standard"];
    const bare = { "~standard": { ...standard, vendor: "valibot" } };
    const wrong: object = { settings: bare };
    expect(() => definePlugin({ ...definition, ...wrong })).toThrow(/toStandardJsonSchema\(schema\)/);
    const wrongOptions: object = { gatewayOptions: bare };
    expect(() => definePlugin({ ...definition, ...wrongOptions })).toThrow(
      /^definePlugin: "gatewayOptions" of alpha must be a Standard Schema/,
    );
  });

  it("opens with parsed settings, their type known", () => {
    const given: OpenContext<ServiceSettings>[] = [];
    const plugin = definePlugin({
      ...definition,
      address: (settings) => settings.api_url,
      open(opening) {
        expectTypeOf(opening.settings).toEqualTypeOf<ServiceSettings>();
        given.push(opening);
        return gateway;
      },
    });
    const preparation = plugin.prepare({ api_url: "https://a.test", api_ulr: "" });
    if (!preparation.ok) throw new Error("Expected the settings to be accepted.");
    expect(preparation.address).toBe("https://a.test");
    expect(preparation.unknownKeys.map((issue) => issue.path)).toEqual([["api_ulr"]]);
    expect(preparation.open(context)).toBe(gateway);
    expect(given).toEqual([{ ...context, settings: { api_url: "https://a.test" } }]);
  });

  it("refuses wrong settings without opening", () => {
    const plugin = definePlugin({ ...definition, address: (settings) => settings.api_url });
    expect(plugin.prepare({ api_url: 1 })).toEqual({
      ok: false,
      issues: [{ path: ["api_url"], message: "Expected a text" }],
      unknownKeys: [],
    });
  });

  it("asks for the credentials of each instance", () => {
    const credentials = (id: string) => [{ id: "key", label: "Key", env: [`${id.toUpperCase()}_API_KEY`] }];
    const plugin = definePlugin({ ...definition, instances: "map", credentials });
    expect(plugin.instances).toBe("map");
    expect(plugin.credentials("mine")).toEqual([{ id: "key", label: "Key", env: ["MINE_API_KEY"] }]);
  });

  it("checks options, and takes an unknown one for a mistake", () => {
    const options = schemaOf<{ tier: string }>(
      { type: "object", properties: { tier: { type: "string" } } },
      (value) => {
        const { tier } = value as { tier?: unknown };
        return typeof tier === "string"
          ? { value: { tier } }
          : { issues: [{ message: "Expected a text", path: ["tier"] }] };
      },
    );
    const { parseGatewayOptions } = definePlugin({ ...definition, gatewayOptions: options });
    expect(parseGatewayOptions?.({ tier: "fast" })).toEqual({ ok: true, value: { tier: "fast" } });
    expect(parseGatewayOptions?.({ tier: "fast", tire: 1 })).toEqual({
      ok: false,
      issues: [{ path: ["tire"], message: 'Unknown key "tire", which has no effect. Did you mean "tier"?' }],
    });
    expect(parseGatewayOptions?.({ tire: 1 })).toEqual({
      ok: false,
      issues: [
        { path: ["tier"], message: "Expected a text" },
        { path: ["tire"], message: 'Unknown key "tire", which has no effect. Did you mean "tier"?' },
      ],
    });
  });
});
