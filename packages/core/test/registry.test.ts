import { getEventListeners } from "node:events";
import {
  type CredentialQuery,
  createRegistry,
  fromEnvironment,
  type GuardedGateway,
  type Model,
  type RegistryNotice,
  type RegistryOptions,
  run,
} from "@waygate/core";
import { definePlugin, type Gateway, GatewayError, type GatewayPlugin, type OpenContext } from "@waygate/core/plugin";
import { describe, expect, it, vi } from "vitest";
import { call, capable, collect, failureOf, finish, pluginOf, requestOf, text } from "./fake-gateway.ts";
import { type ServiceSettings, serviceSettings } from "./schema.ts";

const { signal } = requestOf();
const modelOf = (id: string): Model => ({ id, name: id.toUpperCase(), capabilities: {}, origin: {} });

interface Opened {
  readonly context: OpenContext<ServiceSettings>;
  closed: number;
}

/** A plugin for services at an `api_url`, and every gateway that it opened. */
function servicePlugin(id: string, gateway: Partial<Gateway> = {}, instances: "one" | "map" = "map") {
  const opened: Opened[] = [];
  const plugin = definePlugin({
    id,
    name: `The ${id}`,
    contract: 1,
    settingsKey: `${id}_settings`,
    instances,
    settings: serviceSettings,
    capabilities: capable,
    address: (settings) => settings.api_url,
    open(context) {
      const entry: Opened = { context, closed: 0 };
      opened.push(entry);
      return {
        models: async () => [modelOf(context.settings.api_url)],
        async *stream() {
          yield [text("a"), finish()];
        },
        close: async () => {
          entry.closed++;
        },
        ...gateway,
      };
    },
  });
  return { plugin, opened };
}

const service = (url: string) => ({ api_url: url });

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("Expected a throw.");
}

describe("createRegistry", () => {
  it("has nothing where there are no plugins", async () => {
    const registry = createRegistry({ plugins: [] });
    expect(registry.gateways()).toEqual([]);
    expect(await registry.models()).toEqual([]);
    await registry.close();
  });

  it("lists the gateways of plugins and settings, usable or not, without opening one", () => {
    const one = servicePlugin("one", {}, "one");
    const map = servicePlugin("map");
    const registry = createRegistry({
      plugins: [map.plugin, one.plugin],
      settings: {
        one_settings: service("https://one.test"),
        map_settings: { beta: service("https://beta.test"), alpha: { api_url: 1, api_ulr: "" } },
        nobody_asks: 1,
      },
    });
    expect(registry.gateways()).toEqual([
      {
        id: "beta",
        name: "beta",
        plugin: "map",
        contract: 1,
        state: "ready",
        issues: [],
        address: "https://beta.test",
        credentials: [],
        capabilities: capable,
      },
      {
        id: "alpha",
        name: "alpha",
        plugin: "map",
        contract: 1,
        state: "refused",
        issues: [
          { path: ["map_settings", "alpha", "api_url"], message: "Expected a text" },
          {
            path: ["map_settings", "alpha", "api_ulr"],
            message: 'Unknown key "api_ulr", which has no effect. Did you mean "api_url"?',
          },
        ],
        address: undefined,
        credentials: [],
        capabilities: capable,
      },
      {
        id: "one",
        name: "The one",
        plugin: "one",
        contract: 1,
        state: "ready",
        issues: [],
        address: "https://one.test",
        credentials: [],
        capabilities: capable,
      },
    ]);
    expect([...one.opened, ...map.opened]).toEqual([]);
  });

  it("has a plugin of one gateway without settings too, and one of a map only as settings say", () => {
    const one = pluginOf({ models: async () => [], async *stream() {} });
    const registry = createRegistry({ plugins: [one, servicePlugin("map").plugin] });
    expect(registry.gateways().map((entry) => [entry.id, entry.state])).toEqual([["fake", "ready"]]);
  });

  it.each([[[]], ["text"], [1]])("shows a map that is %j as a refused gateway", (raw) => {
    const registry = createRegistry({ plugins: [servicePlugin("map").plugin], settings: { map_settings: raw } });
    expect(registry.gateways().map(({ id, state, issues }) => ({ id, state, issues }))).toEqual([
      { id: "map", state: "refused", issues: [{ path: ["map_settings", "api_url"], message: "Expected a text" }] },
    ]);
  });

  it("refuses two plugins of one id", () => {
    const { plugin } = servicePlugin("one");
    expect(() => createRegistry({ plugins: [plugin, servicePlugin("one").plugin] })).toThrow(
      new TypeError('Two plugins have the id "one": load only one of them.'),
    );
  });

  it.each([
    [0, "update the plugin"],
    [2, "update @waygate/core"],
  ])("refuses the gateway of a plugin of contract %i with one line that says to %s", (contract, advice) => {
    const registry = createRegistry({ plugins: [{ ...servicePlugin("old").plugin, contract }] });
    expect(() => registry.gateway("old")).toThrow(
      `The plugin "old" is written for contract ${contract}, this program supports contract 1: ${advice}.`,
    );
    expect(registry.gateways()).toMatchObject([{ id: "old", state: "refused", contract }]);
  });

  it.each([undefined, null, {}, { default: servicePlugin("one").plugin }])("refuses %j as a plugin", (value) => {
    const wrong: unknown = value;
    expect(() => createRegistry({ plugins: [wrong as GatewayPlugin] })).toThrow(
      new TypeError("A plugin must be what definePlugin() returns. Is it the package's default export?"),
    );
  });

  it("tells of settings that have no effect, with their place", () => {
    const notices: RegistryNotice[] = [];
    createRegistry({
      plugins: [servicePlugin("map").plugin],
      settings: { map_settings: { alpha: { api_url: "https://a.test", ap_url: "" } } },
      onNotice: (notice) => notices.push(notice),
    });
    expect(notices).toEqual([
      {
        gateway: "alpha",
        code: "unknown-setting",
        message: 'Unknown key "ap_url", which has no effect. Did you mean "api_url"?',
        path: ["map_settings", "alpha", "ap_url"],
      },
    ]);
  });

  it("leaves a gateway out whose id another one has, says so, and takes it in when they differ", () => {
    const one = servicePlugin("alpha", {}, "one");
    const map = servicePlugin("map");
    const notices: RegistryNotice[] = [];
    const clashing = {
      alpha_settings: service("https://one.test"),
      map_settings: { alpha: service("https://alpha.test"), beta: service("https://beta.test") },
    };
    const registry = createRegistry({
      plugins: [one.plugin, map.plugin],
      settings: clashing,
      onNotice: (notice) => notices.push(notice),
    });
    const entries = () => registry.gateways().map(({ id, state, address }) => [id, state, address]);
    const both = [
      ["alpha", "ready", "https://one.test"],
      ["beta", "ready", "https://beta.test"],
    ];
    expect(entries()).toEqual(both);
    expect(notices).toEqual([
      {
        gateway: "alpha",
        code: "gateway-id-taken",
        message: '"alpha" of the plugin "map" was left out: another gateway has that id. Rename one.',
        path: ["map_settings", "alpha"],
      },
    ]);
    registry.reload({ ...clashing, map_settings: { beta: service("https://beta.test") } });
    expect([entries(), notices.length]).toEqual([both, 1]);
    registry.remove("alpha");
    registry.reload(clashing);
    expect(entries()).toContainEqual(["alpha", "ready", "https://alpha.test"]);
  });
});

describe("a plugin that throws", () => {
  const broken = (part: object) => ({ ...servicePlugin("broken", {}, "one").plugin, ...part });
  const fails = () => {
    throw new RangeError("index out of range");
  };

  it.each([
    ["prepare", { prepare: fails }],
    ["credentials", { credentials: fails }],
  ])("in %s is refused, and spoils nothing else", async (_name, part) => {
    const sound = servicePlugin("sound");
    const registry = createRegistry({
      plugins: [broken(part), sound.plugin],
      settings: { broken_settings: service("https://b.test"), sound_settings: { alpha: service("https://a.test") } },
    });
    expect(registry.gateways().map(({ id, state, issues }) => ({ id, state, issues }))).toEqual([
      {
        id: "broken",
        state: "refused",
        issues: [
          {
            path: ["broken_settings"],
            message: 'The plugin "broken" could not check its settings: index out of range.',
          },
        ],
      },
      { id: "alpha", state: "ready", issues: [] },
    ]);
    expect(await registry.models()).toEqual([
      { gateway: "alpha", models: [modelOf("https://a.test")], error: undefined },
    ]);
  });

  it.each<[string, (context: never) => unknown, string]>([
    ["throws", fails, "index out of range"],
    ["returns nothing", () => undefined, "open() did not return a gateway"],
    [
      "returns a promise",
      async () => ({ models: async () => [], async *stream() {} }),
      "open() did not return a gateway",
    ],
  ])("in open, or %s there, fails at its use alone", async (_name, open, words) => {
    const wrong: object = { open };
    const failing = pluginOf({ models: async () => [], async *stream() {} }, { id: "failing", ...wrong });
    const sound = servicePlugin("sound");
    const registry = createRegistry({
      plugins: [failing, sound.plugin],
      settings: { sound_settings: { alpha: service("https://a.test") } },
    });
    const error = expect.objectContaining({
      name: "GatewayError",
      gateway: "failing",
      code: "protocol",
      message: `The plugin "failing" failed to open gateway "failing": ${words}.`,
    });
    expect(thrownBy(() => registry.gateway("failing"))).toEqual(error);
    expect(await registry.models()).toEqual([
      { gateway: "failing", models: [], error },
      { gateway: "alpha", models: [modelOf("https://a.test")], error: undefined },
    ]);
  });

  it("a GatewayError in open says for itself what went wrong", () => {
    const own = new GatewayError("Too old.", { gateway: "fake", code: "settings" });
    const open = () => {
      throw own;
    };
    const registry = createRegistry({ plugins: [pluginOf({ models: async () => [], async *stream() {} }, { open })] });
    expect(thrownBy(() => registry.gateway("fake"))).toBe(own);
  });
});

describe("gateway", () => {
  it("opens at the first use, once, with the settings as they were parsed", () => {
    const { plugin, opened } = servicePlugin("map");
    const transport = { fetch: globalThis.fetch };
    const settings = { map_settings: { alpha: { ...service("https://a.test"), more: 1 } } };
    const registry = createRegistry({ plugins: [plugin], settings, transport });
    const gateway = registry.gateway("alpha");
    expect(registry.gateway("alpha")).toBe(gateway);
    expect(gateway.id).toBe("alpha");
    expect(opened.map(({ context: { id, settings, transport } }) => ({ id, settings, transport }))).toEqual([
      { id: "alpha", settings: service("https://a.test"), transport },
    ]);
    expect(opened[0]?.context.signal.aborted).toBe(false);
  });

  it("passes on what a gateway notices outside of any stream", () => {
    const notices: RegistryNotice[] = [];
    const { plugin, opened } = servicePlugin("one", {}, "one");
    const registry = createRegistry({
      plugins: [plugin],
      settings: { one_settings: service("https://a.test") },
      onNotice: (notice) => notices.push(notice),
    });
    registry.gateway("one");
    opened[0]?.context.notice({ code: "old", message: "The list is old." });
    expect(notices).toEqual([{ gateway: "one", code: "old", message: "The list is old." }]);
  });

  it("says which settings are wrong", () => {
    const registry = createRegistry({
      plugins: [servicePlugin("map").plugin],
      settings: { map_settings: { alpha: { api_ulr: "" } } },
    });
    expect(thrownBy(() => registry.gateway("alpha"))).toEqual(
      expect.objectContaining({
        name: "GatewayError",
        gateway: "alpha",
        code: "settings",
        message:
          'The settings of gateway "alpha" are wrong. language_models.map_settings.alpha.api_url: Expected a text. ' +
          'language_models.map_settings.alpha.api_ulr: Unknown key "api_ulr", which has no effect. Did you mean "api_url"?',
      }),
    );
  });

  it.each<[string, readonly string[], string]>([
    ["openruoter", ["bedrock", "openrouter"], 'Did you mean "openrouter"?'],
    ["xyz", ["bedrock", "openrouter"], "There are: bedrock, openrouter."],
    ["xyz", ["bedrock"], "There is: bedrock."],
    ["xyz", [], "There are: none."],
  ])("says of %s that there are only %j", (id, ids, hint) => {
    const settings = { map_settings: Object.fromEntries(ids.map((name) => [name, service("https://a.test")])) };
    const registry = createRegistry({ plugins: [servicePlugin("map").plugin], settings });
    expect(thrownBy(() => registry.gateway(id))).toEqual(
      expect.objectContaining({
        name: "GatewayError",
        gateway: id,
        code: "settings",
        message: `There is no gateway "${id}". ${hint} Add it to the settings, or install its plugin.`,
      }),
    );
  });
});

describe("select", () => {
  const listed: string[] = [];
  const registry = createRegistry({
    plugins: [
      pluginOf({
        models: async (options) => {
          listed.push(options.signal === signal ? "with the signal" : "with another signal");
          return ["small", "large"].map(modelOf);
        },
        model: (id) => (id === "known" ? modelOf(id) : undefined),
        async *stream() {},
      }),
      pluginOf({ models: async () => [], async *stream() {} }, { id: "empty" }),
      pluginOf(
        {
          models: async () => Array.from("abcdefghij", (letter) => modelOf(`model-${letter.repeat(9)}`)),
          async *stream() {},
        },
        { id: "many" },
      ),
    ],
  });

  it("takes a model that the gateway knows without asking for its list", async () => {
    listed.length = 0;
    expect(await registry.select({ provider: "fake", model: "known" })).toEqual({
      gateway: registry.gateway("fake"),
      model: "known",
    });
    expect(listed).toEqual([]);
  });

  it("takes a model that the gateway lists", async () => {
    listed.length = 0;
    expect(await registry.select({ provider: "fake", model: "large" }, signal)).toEqual({
      gateway: registry.gateway("fake"),
      model: "large",
    });
    // A signal of the call's own, so that its deadline ends it too.
    expect(listed).toEqual(["with another signal"]);
  });

  it.each([
    ["fake", "lrage", 'Did you mean "large"?'],
    ["fake", "gigantic-42", "It has: small, large."],
    ["empty", "small", "It has: none."],
    [
      "many",
      "small",
      `It has: ${Array.from("abcdefgh", (letter) => `model-${letter.repeat(9)}`).join(", ")} and 2 more`,
    ],
  ])("refuses, of %s, the model %s", async (provider, model, hint) => {
    expect(await failureOf(registry.select({ provider, model }))).toEqual(
      expect.objectContaining({
        name: "GatewayError",
        gateway: provider,
        code: "model-not-found",
        message: `Gateway "${provider}" has no model "${model}". ${hint.endsWith("more") ? `${hint}.` : hint}`,
      }),
    );
  });

  it("refuses a gateway that is not there", async () => {
    expect(await failureOf(registry.select({ provider: "fkae", model: "small" }))).toEqual(
      expect.objectContaining({ code: "settings", message: expect.stringContaining('Did you mean "fake"?') }),
    );
  });
});

describe("models", () => {
  it("gives each gateway's list, and why one could not be had", async () => {
    const asked: unknown[] = [];
    const registry = createRegistry({
      plugins: [
        servicePlugin("map").plugin,
        pluginOf({
          models: async (options) => {
            asked.push(options);
            throw new Error("no route");
          },
          async *stream() {},
        }),
      ],
      settings: { map_settings: { alpha: service("https://a.test"), refused: {}, beta: service("https://b.test") } },
    });
    expect(await registry.models({ signal, refresh: true })).toEqual([
      { gateway: "alpha", models: [modelOf("https://a.test")], error: undefined },
      { gateway: "beta", models: [modelOf("https://b.test")], error: undefined },
      {
        gateway: "fake",
        models: [],
        error: expect.objectContaining({ name: "GatewayError", gateway: "fake", cause: new Error("no route") }),
      },
    ]);
    expect(asked).toEqual([{ signal: expect.any(AbortSignal), refresh: true }]);
  });

  it("rejects with the reason of an abort", async () => {
    const controller = new AbortController();
    const waiting = pluginOf({
      models: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("gone")))),
      async *stream() {},
    });
    const listing = failureOf(createRegistry({ plugins: [waiting] }).models({ signal: controller.signal }));
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await listing).toBe(reason);
  });
});

describe("credentials", () => {
  const specs = [
    { id: "key", label: "API key", env: ["FAKE_API_KEY", "OTHER_KEY"], help: "https://fake.test/keys" },
    { id: "organisation", label: "organisation", env: [], optional: true },
    { id: "token", label: "token", env: [] },
  ];

  /** What the gateway gets when it asks for a credential during a stream. */
  function asking(id: string, credentials?: RegistryOptions["credentials"]) {
    const got: (string | undefined)[] = [];
    const plugin = definePlugin({
      id: "fake",
      name: "Fake",
      contract: 1,
      settingsKey: "fake",
      settings: serviceSettings,
      credentials: specs,
      capabilities: capable,
      address: (settings) => settings.api_url,
      open: (context) => ({
        models: async () => [],
        async *stream() {
          got.push(await context.credential(id));
          yield finish();
        },
      }),
    });
    const settings = { fake: service("https://fake.test/v1") };
    const registry = createRegistry({ plugins: [plugin], settings, ...(credentials && { credentials }) });
    expect(registry.gateways()[0]?.credentials).toEqual(specs);
    return { ask: () => collect(registry.gateway("fake").stream(requestOf())), got };
  }

  it("are asked for at each request, with all that decides whether they may be had", async () => {
    const queries: CredentialQuery[] = [];
    const keys = ["one", "two"];
    const { ask, got } = asking("key", (query) => {
      queries.push(query);
      return keys[queries.length - 1];
    });
    await ask();
    await ask();
    expect(got).toEqual(["one", "two"]);
    const query = { gateway: "fake", credential: specs[0], address: "https://fake.test/v1" };
    expect(queries).toEqual([query, query]);
  });

  it("may be looked up asynchronously", async () => {
    const { ask, got } = asking("key", async () => "later");
    await ask();
    expect(got).toEqual(["later"]);
  });

  it.each<[string, RegistryOptions["credentials"]]>([
    ["there is none", () => undefined],
    ["it is empty", async () => ""],
  ])("that are needed are missed, by name, where %s", async (_name, credentials) => {
    expect(await failureOf(asking("key", credentials).ask())).toEqual(
      expect.objectContaining({
        name: "GatewayError",
        gateway: "fake",
        code: "credentials",
        message:
          'Gateway "fake" has no API key. Set the environment variable FAKE_API_KEY. Get one at https://fake.test/keys.',
      }),
    );
    expect(await failureOf(asking("token", credentials).ask())).toEqual(
      expect.objectContaining({ code: "credentials", message: 'Gateway "fake" has no token.' }),
    );
  });

  it("that are needed are missed with the option that brings them, if there is no source", async () => {
    expect(await failureOf(asking("key").ask())).toMatchObject({
      code: "credentials",
      message:
        'Gateway "fake" has no API key. createRegistry has no source of credentials: pass credentials: ' +
        "fromEnvironment(). Set the environment variable FAKE_API_KEY. Get one at https://fake.test/keys.",
    });
    expect(await failureOf(asking("token").ask())).toMatchObject({
      message:
        'Gateway "fake" has no token. createRegistry has no source of credentials: pass credentials: ({ credential }) => ….',
    });
  });

  it("that are optional may be missing", async () => {
    const { ask, got } = asking("organisation", () => "");
    await ask();
    expect(got).toEqual([undefined]);
  });

  it("that were not declared are the plugin's fault", async () => {
    expect(await failureOf(asking("secret", () => "x").ask())).toEqual(
      expect.objectContaining({
        code: "protocol",
        cause: new TypeError('The plugin of "fake" asked for a credential "secret" that it did not declare.'),
      }),
    );
  });

  it("that could not be looked up are not the plugin's fault, and what went wrong is not shown", async () => {
    const thrown = Object.assign(new TypeError("keychain locked near sk-123"), { code: "ELOCKED" });
    const { ask } = asking("key", () => Promise.reject(thrown));
    expect(await failureOf(ask())).toEqual(
      expect.objectContaining({
        name: "GatewayError",
        gateway: "fake",
        code: "credentials",
        message: 'The API key of gateway "fake" could not be looked up.',
        cause: new Error("TypeError (ELOCKED), whose words are left out, as they may quote a secret."),
      }),
    );
  });

  it("say for themselves why they could not be looked up with a GatewayError", async () => {
    const own = new GatewayError("Unlock the keychain.", { gateway: "fake", code: "credentials" });
    expect(await failureOf(asking("key", () => Promise.reject(own)).ask())).toBe(own);
  });
});

describe("fromEnvironment", () => {
  const spec = { id: "key", label: "API key", env: ["FAKE_API_KEY", "OLD_FAKE_KEY"] };
  const query: CredentialQuery = { gateway: "fake", credential: spec, address: undefined };

  it.each<[Readonly<Record<string, unknown>>, string | undefined]>([
    [{ FAKE_API_KEY: "one", OLD_FAKE_KEY: "two" }, "one"],
    [{ OLD_FAKE_KEY: "two" }, "two"],
    [{ FAKE_API_KEY: "", OLD_FAKE_KEY: "two" }, "two"],
    [{ FAKE_API_KEY: " \n", OLD_FAKE_KEY: "two" }, "two"],
    [{ FAKE_API_KEY: '""', OLD_FAKE_KEY: "two" }, "two"],
    [{ FAKE_API_KEY: undefined }, undefined],
    [{ FAKE_API_KEY: "one\r\n" }, "one"],
    [{ FAKE_API_KEY: '"one"' }, "one"],
    [{ FAKE_API_KEY: "' one '\n" }, "one"],
    [{ FAKE_API_KEY: '"it\'s"' }, "it's"],
    [{ FAKE_API_KEY: '{"a": "b"}' }, '{"a": "b"}'],
    [{ FAKE_API_KEY: { get: () => "a worker's binding" } }, undefined],
    [{}, undefined],
  ])("finds the first variable that is not empty in %j", (environment, value) => {
    expect(fromEnvironment(environment)(query)).toBe(value);
  });

  it.each(["one\ntwo", "schlüssel", "a\u0000b"])("rejects %j, which no header can carry, by its variable", (value) => {
    const error = thrownBy(() => fromEnvironment({ FAKE_API_KEY: value })(query)) as GatewayError;
    expect(error).toMatchObject({ code: "credentials", gateway: "fake" });
    expect(error.message).toMatch(/^The environment variable FAKE_API_KEY has characters that no key has/);
    expect(error.message).not.toContain(value);
  });

  it("reads the variables of the process at each request, and needs none", () => {
    const source = fromEnvironment();
    expect(source(query)).toBeUndefined();
    vi.stubEnv("OLD_FAKE_KEY", "two");
    expect(source(query)).toBe("two");
    vi.stubEnv("FAKE_API_KEY", "one");
    expect(source(query)).toBe("one");
    vi.unstubAllEnvs();
    vi.stubGlobal("process", undefined);
    expect(source(query)).toBeUndefined();
    vi.unstubAllGlobals();
  });

  it("gives a gateway its key", async () => {
    const got: unknown[] = [];
    const plugin = definePlugin({
      ...{
        id: "fake",
        name: "Fake",
        contract: 1,
        settingsKey: "fake",
        settings: serviceSettings,
        capabilities: capable,
      },
      credentials: [spec],
      open: (context) => ({
        models: async () => [],
        async *stream() {
          got.push(await context.credential("key"));
          yield finish();
        },
      }),
    });
    const registry = createRegistry({
      plugins: [plugin],
      settings: { fake: service("https://fake.test") },
      credentials: fromEnvironment({ FAKE_API_KEY: "one" }),
    });
    await run({ gateway: registry.gateway("fake"), model: "small", prompt: "Hello" }).result();
    expect(got).toEqual(["one"]);
  });
});

describe("the options of createRegistry", () => {
  it.each<[object, string]>([
    [{ plugins: undefined }, 'createRegistry: "plugins" must be a list of plugins, not undefined.'],
    [{ plugins: servicePlugin("one").plugin }, "Put the plugin into a list."],
    [
      { credentials: { FAKE_API_KEY: "sk-secret" } },
      '"credentials" must be a function, not an object with the key FAKE_API_KEY. Pass fromEnvironment(variables).',
    ],
    [
      { credentials: "sk-secret" },
      '"credentials" must be a function, not a text of 9 characters. Pass ({ credential }) => key.',
    ],
    [{ settings: { language_models: {} } }, 'Pass what is under "language_models".'],
    [{ settings: "settings.json" }, '"settings" must be an object, not "settings.json".'],
    [{ transport: "proxy" }, '"transport" must be an object, not "proxy".'],
    [{ plugin: [] }, '"plugin" is not an option. Did you mean "plugins"?'],
    [{ apiKey: "sk-secret" }, '"apiKey" is not an option. There are: plugins, settings, credentials'],
  ])("that are not valid are rejected with what to do: %o", (options, words) => {
    const error = thrownBy(() => createRegistry({ plugins: [], ...options } as RegistryOptions)) as Error;
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/^createRegistry: /);
    expect(error.message).toContain(words);
    expect(error.message).not.toContain("sk-secret");
  });
});

describe("add and remove", () => {
  it("bring a plugin's gateways in and take them out again", async () => {
    const sound = servicePlugin("sound");
    const { plugin, opened } = servicePlugin("more", {}, "one");
    const settings = { sound_settings: { alpha: service("https://a.test") }, more_settings: service("https://m.test") };
    const registry = createRegistry({ plugins: [sound.plugin], settings });
    const alpha = registry.gateway("alpha");
    registry.add(plugin);
    expect(registry.gateways().map((entry) => entry.id)).toEqual(["alpha", "more"]);
    expect(registry.gateway("more").id).toBe("more");
    registry.remove("more");
    expect(registry.gateways().map((entry) => entry.id)).toEqual(["alpha"]);
    expect(() => registry.gateway("more")).toThrow('There is no gateway "more".');
    expect(registry.gateway("alpha")).toBe(alpha);
    await new Promise(setImmediate);
    expect([opened[0]?.closed, sound.opened[0]?.closed]).toEqual([1, 0]);
    registry.remove("nobody");
    registry.add(plugin);
    expect(registry.gateway("more").id).toBe("more");
  });

  it("refuse a plugin of an id that is taken, and stay as they were", () => {
    const { plugin } = servicePlugin("one", {}, "one");
    const registry = createRegistry({ plugins: [plugin], settings: { one_settings: service("https://a.test") } });
    expect(() => registry.add(servicePlugin("one").plugin)).toThrow(TypeError);
    expect(registry.gateways().map((entry) => entry.id)).toEqual(["one"]);
  });
});

describe("reload and close", () => {
  /** A gateway that goes on when it is told to. */
  function pausing() {
    const gates: PromiseWithResolvers<void>[] = [];
    const service = servicePlugin("map", {
      async *stream() {
        const gate = Promise.withResolvers<void>();
        gates.push(gate);
        yield text("a");
        await gate.promise;
        yield [text("b"), finish()];
      },
    });
    return { ...service, resume: () => gates.shift()?.resolve() };
  }

  async function begin(gateway: GuardedGateway) {
    const events = gateway.stream(requestOf())[Symbol.asyncIterator]();
    await events.next();
    return { rest: () => collect({ [Symbol.asyncIterator]: () => events }), leave: () => events.return?.() };
  }

  it("keep what did not change, and reopen what did", async () => {
    const { plugin, opened } = servicePlugin("map");
    const alpha = service("https://a.test");
    const registry = createRegistry({ plugins: [plugin], settings: { map_settings: { alpha, beta: service("1") } } });
    const before = { alpha: registry.gateway("alpha"), beta: registry.gateway("beta") };
    registry.reload({ map_settings: { beta: service("2"), alpha: { ...alpha }, gamma: service("3") } });
    expect(registry.gateways().map((entry) => [entry.id, entry.address])).toEqual([
      ["beta", "2"],
      ["alpha", "https://a.test"],
      ["gamma", "3"],
    ]);
    expect(registry.gateway("alpha")).toBe(before.alpha);
    // What was handed out stays good: it is of the new settings now.
    expect(registry.gateway("beta")).toBe(before.beta);
    await new Promise(setImmediate);
    expect(opened.map(({ context, closed }) => [context.settings.api_url, closed])).toEqual([
      ["https://a.test", 0],
      ["1", 1],
      ["2", 0],
    ]);
    expect(opened.map(({ context }) => context.signal.aborted)).toEqual([false, true, false]);
  });

  it("let a bad value spoil nothing but its own gateway, until it is put right", () => {
    const { plugin, opened } = servicePlugin("map");
    const registry = createRegistry({
      plugins: [plugin],
      settings: { map_settings: { a: service("1"), b: service("2") } },
    });
    const b = registry.gateway("b");
    registry.reload({ map_settings: { a: { api_url: 1 }, b: service("2") } });
    expect(registry.gateways().map((entry) => entry.state)).toEqual(["refused", "ready"]);
    expect(registry.gateway("b")).toBe(b);
    registry.reload({ map_settings: { a: service("1"), b: service("2") } });
    expect(registry.gateways().map((entry) => entry.state)).toEqual(["ready", "ready"]);
    expect(opened).toHaveLength(1);
  });

  it("tell of a setting without effect once, not at each reload", () => {
    const notices: RegistryNotice[] = [];
    const settings = { map_settings: { a: { ...service("1"), colour: "red" } } };
    const registry = createRegistry({
      plugins: [servicePlugin("map").plugin],
      settings,
      onNotice: (notice) => notices.push(notice),
    });
    registry.reload(structuredClone(settings));
    expect(notices.map((notice) => notice.path)).toEqual([["map_settings", "a", "colour"]]);
  });

  it.each<[string, (registry: ReturnType<typeof createRegistry>) => unknown]>([
    ["reload", (registry) => registry.reload({ map_settings: { alpha: service("2") } })],
    ["remove", (registry) => registry.remove("map")],
    ["close", (registry) => registry.close()],
  ])("let streams that run finish before a gateway is closed, once: %s", async (_name, act) => {
    const { plugin, opened, resume } = pausing();
    const registry = createRegistry({ plugins: [plugin], settings: { map_settings: { alpha: service("1") } } });
    const gateway = registry.gateway("alpha");
    const first = await begin(gateway);
    const second = await begin(gateway);
    const acting = act(registry);
    await new Promise(setImmediate);
    resume();
    expect(await first.rest()).toEqual([[text("b"), finish()]]);
    expect([opened[0]?.closed, opened[0]?.context.signal.aborted]).toEqual([0, false]);
    resume();
    expect(await second.rest()).toEqual([[text("b"), finish()]]);
    await acting;
    await new Promise(setImmediate);
    expect([opened[0]?.closed, opened[0]?.context.signal.aborted]).toEqual([1, true]);
    await registry.close();
    expect(opened[0]?.closed).toBe(1);
  });

  it.each<[string, () => AsyncIterable<never>]>([
    [
      "fails before it begins",
      () => {
        throw new Error("no");
      },
    ],
    [
      "fails",
      async function* () {
        yield* [];
        throw new Error("no");
      },
    ],
    ["breaks its order", async function* () {}],
  ])("do not wait for a stream that %s", async (_name, stream) => {
    const { plugin, opened } = servicePlugin("map", { stream });
    const registry = createRegistry({ plugins: [plugin], settings: { map_settings: { alpha: service("1") } } });
    await failureOf(collect(registry.gateway("alpha").stream(requestOf())));
    await registry.close();
    expect(opened[0]?.closed).toBe(1);
  });

  it("do not wait for a stream that was left or aborted", async () => {
    const { plugin, opened } = pausing();
    const registry = createRegistry({ plugins: [plugin], settings: { map_settings: { alpha: service("1") } } });
    const gateway = registry.gateway("alpha");
    await (await begin(gateway)).leave();
    const controller = new AbortController();
    const events = gateway.stream(requestOf({ signal: controller.signal }))[Symbol.asyncIterator]();
    await events.next();
    controller.abort(new Error("enough"));
    await registry.close();
    expect(opened[0]?.closed).toBe(1);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("wait for all streams, those of gateways that were replaced too", async () => {
    const { plugin, opened, resume } = pausing();
    const registry = createRegistry({ plugins: [plugin], settings: { map_settings: { alpha: service("1") } } });
    const replaced = await begin(registry.gateway("alpha"));
    registry.reload({ map_settings: { alpha: service("2") } });
    let closed = false;
    const closing = registry.close().then(() => {
      closed = true;
    });
    await new Promise(setImmediate);
    expect(closed).toBe(false);
    resume();
    await replaced.rest();
    await closing;
    expect(opened.map((entry) => entry.closed)).toEqual([1]);
  });

  it("close nothing that was never opened", async () => {
    const { plugin, opened } = servicePlugin("map");
    const registry = createRegistry({ plugins: [plugin], settings: { map_settings: { alpha: service("1") } } });
    await registry.close();
    expect(opened).toEqual([]);
    expect(registry.gateways()).toEqual([]);
  });

  it("make everything that is asked of the registry or its gateways fail as closed", async () => {
    const { plugin, opened } = servicePlugin("map");
    const registry = createRegistry({ plugins: [plugin], settings: { map_settings: { alpha: service("1") } } });
    const gateway = registry.gateway("alpha");
    await registry.close();
    const signal = new AbortController().signal;
    const message = 'Gateway "alpha" is closed, because its registry was closed. Create another registry.';
    const closed = expect.objectContaining({
      name: "GatewayError",
      gateway: "alpha",
      code: "closed",
      retryable: false,
      message,
    });
    expect(await failureOf(collect(gateway.stream(requestOf())))).toEqual(closed);
    expect(thrownBy(() => gateway.models({ signal }))).toEqual(closed);
    expect(thrownBy(() => registry.gateway("alpha"))).toEqual(closed);
    expect(await failureOf(registry.select({ provider: "alpha", model: "small" }))).toEqual(closed);
    expect(opened.map((entry) => entry.closed)).toEqual([1]);
  });

  it("are final: a closed registry opens no gateway again", async () => {
    const { plugin, opened } = servicePlugin("map");
    const registry = createRegistry({ plugins: [plugin], settings: { map_settings: { alpha: service("1") } } });
    await registry.close();
    const changes = [
      () => registry.reload({ map_settings: { alpha: service("2") } }),
      () => registry.add(servicePlugin("other").plugin),
      () => registry.remove("map"),
    ];
    for (const change of changes) {
      expect(thrownBy(change)).toMatchObject({
        code: "closed",
        message: "The registry is closed. Create another one.",
      });
    }
    expect([registry.gateways(), await registry.models(), opened]).toEqual([[], [], []]);
    await registry.close();
  });

  it("say of a gateway that was removed alone what became of it", async () => {
    const { plugin } = servicePlugin("map");
    const registry = createRegistry({ plugins: [plugin], settings: { map_settings: { alpha: service("1") } } });
    const gateway = registry.gateway("alpha");
    registry.reload({});
    expect(await failureOf(collect(gateway.stream(requestOf())))).toMatchObject({
      code: "closed",
      message: 'Gateway "alpha" is closed: its settings or its plugin were removed. Ask another gateway.',
    });
    await registry.close();
  });

  it("name a gateway that cannot be closed, after all others are", async () => {
    const cause = new Error("stuck");
    const stuck = servicePlugin("stuck", { close: () => Promise.reject(cause) });
    const slow = servicePlugin("slow", {
      close: () =>
        new Promise((resolve) => {
          setTimeout(() => {
            closed = true;
            resolve();
          }, 5);
        }),
    });
    let closed = false;
    const registry = createRegistry({
      plugins: [stuck.plugin, slow.plugin],
      settings: { stuck_settings: { a: service("1") }, slow_settings: { b: service("2") } },
    });
    registry.gateway("a");
    registry.gateway("b");
    expect(await failureOf(registry.close())).toEqual(
      expect.objectContaining({
        name: "GatewayError",
        gateway: "a",
        code: "protocol",
        message: 'The plugin "stuck" failed to close gateway "a": stuck.',
        cause,
      }),
    );
    expect(closed).toBe(true);
  });

  it("happen by themselves at the end of a block", async () => {
    const { plugin, opened } = servicePlugin("one", {}, "one");
    {
      await using registry = createRegistry({ plugins: [plugin], settings: { one_settings: service("1") } });
      const result = await run({
        gateway: registry.gateway("one"),
        model: "small",
        messages: [{ role: "user", content: "Hello" }],
      }).result();
      expect(result.text).toBe("a");
    }
    expect(opened.map((entry) => entry.closed)).toEqual([1]);
  });
});

it("a run of several steps goes on when the settings change between two of them", async () => {
  const asked: string[] = [];
  const plugin = definePlugin({
    id: "one",
    name: "One",
    contract: 1,
    settingsKey: "one",
    settings: serviceSettings,
    capabilities: capable,
    open: ({ settings }) => ({
      models: async () => [],
      async *stream() {
        asked.push(settings.api_url);
        yield asked.length === 1 ? [...call("1", "look"), finish("tool-calls")] : [text("Done."), finish()];
      },
    }),
  });
  const registry = createRegistry({ plugins: [plugin], settings: { one: service("before") } });
  const look = {
    name: "look",
    description: "Looks.",
    parameters: { type: "object" },
    execute: () => registry.reload({ one: service("after") }),
  };
  const gateway = registry.gateway("one");
  const { text: said, steps } = await run({
    gateway,
    model: "small",
    messages: [{ role: "user", content: "Look." }],
    tools: [look],
  }).result();
  expect([said, steps, asked]).toEqual(["Done.", 2, ["before", "after"]]);
  await registry.close();
  const late = run({ gateway, model: "small", messages: [{ role: "user", content: "Again." }] });
  expect(await failureOf(late.result())).toMatchObject({ code: "closed", gateway: "one" });
});
