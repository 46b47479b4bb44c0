import { setTimeout as sleep } from "node:timers/promises";
import type { GatewayError, Model, RegistryNotice } from "@waygate/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lists } from "./lists.ts";
import { json, openRegistry, startService, type TestService } from "./service.ts";

let service: TestService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service[Symbol.asyncDispose]());

const signal = new AbortController().signal;

function open(settings: object = {}) {
  const opened = openRegistry({ api_url: `${service.origin}/v1`, ...settings }, "sk-1");
  return { ...opened, gateway: opened.registry.gateway("my-gw.2") };
}

async function listed(settings: object): Promise<{ models: readonly Model[]; notices: RegistryNotice[] }> {
  const { registry, gateway, notices } = open(settings);
  await using _ = registry;
  return { models: await gateway.models({ signal }), notices };
}

async function failureOf(promise: Promise<unknown>): Promise<GatewayError> {
  return promise.then(
    () => expect.unreachable("Expected a failure."),
    (error: GatewayError) => error,
  );
}

describe("a list in the shape of", () => {
  it.each(Object.entries(lists))("%s", async (_title, { dialect, path = "/v1/models", answer, models }) => {
    service.list = (asked, response) => (asked === path ? json(answer) : json({ error: "?" }, 404))(asked, response);
    const found = await listed({ dialect, discover: true });
    const withoutOrigin = found.models.map(({ origin: _, ...model }) => model);
    expect(withoutOrigin).toEqual(models);
    expect(service.received.at(-1)?.url).toBe(path);
    const origins = found.models.flatMap(({ origin }) => Object.values(origin));
    expect(origins.filter((origin) => origin === "settings")).toEqual([]);
  });

  it("none is said to be none", async () => {
    for (const answer of [{}, { data: "x" }, "models", null, { error: { message: "no" } }]) {
      service.list = json(answer);
      expect(await failureOf(listed({}))).toMatchObject({ code: "protocol", gateway: "my-gw.2" });
    }
    service.list = (_path, response) => void response.end("<html>Hello</html>");
    expect(await failureOf(listed({}))).toMatchObject({ code: "protocol" });
  });
});

describe("the list is asked for", () => {
  const one = { data: [{ id: "a" }] };
  const models = [{ name: "m", max_tokens: 1000 }];

  it.each([
    ["where there are no available_models", {}, 1],
    ["not where there are", { available_models: models }, 0],
    ["not where there are none at all", { available_models: [] }, 0],
    ["where discover is true, all the same", { available_models: models, discover: true }, 1],
    ["not where discover is false", { available_models: models, discover: false }, 0],
    ["not by Azure's dialect", { available_models: models, dialect: "azure" }, 0],
  ])("%s", async (_title, settings, requests) => {
    service.list = json(one);
    await listed(settings);
    expect(service.received).toHaveLength(requests);
  });

  it("only when models are wanted, and never for a model of the settings", async () => {
    const { registry } = open({ available_models: models, discover: true });
    await using _ = registry;
    await registry.select({ provider: "my-gw.2", model: "m" });
    for await (const _ of registry.gateway("my-gw.2").stream(hello("m")));
    expect(service.received.map(({ method }) => method)).toEqual(["POST"]);
    service.list = json(one);
    await registry.select({ provider: "my-gw.2", model: "a" });
    expect(service.received.map(({ method }) => method)).toEqual(["POST", "GET"]);
  });

  it("with the key, the headers and the query of the service", async () => {
    service.list = json(one);
    await listed({
      api_url: `${service.origin}/v1?a=1`,
      auth_header: "api-key",
      extra_query: { b: 2 },
      custom_headers: { "X-Team": "core" },
    });
    expect(service.received[0]).toMatchObject({
      method: "GET",
      url: "/v1/models?a=1&b=2",
      headers: { "api-key": "sk-1", "x-team": "core" },
    });
  });

  it("not where nothing could be asked: that is said", async () => {
    expect(await failureOf(listed({ dialect: "azure" }))).toMatchObject({
      code: "settings",
      message:
        'Gateway "my-gw.2" has no models: the dialect "azure" has no list to ask for. ' +
        'Name them in "available_models" of its settings.',
    });
    expect((await failureOf(listed({ discover: false }))).message).toContain('"discover" is false');
    expect(service.received).toEqual([]);
  });
});

describe("list and settings", () => {
  it("are merged field by field, a setting winning", async () => {
    service.list = json({
      data: [
        {
          id: "both",
          name: "Both, as listed",
          context_length: 8000,
          max_completion_tokens: 800,
          architecture: { input_modalities: ["text", "image"], output_modalities: ["text"] },
          supported_parameters: ["tools", "reasoning", "structured_outputs"],
          pricing: { prompt: "0.000001", completion: "0.000002" },
        },
        { id: "listed", context_length: 4000 },
      ],
    });
    const { models } = await listed({
      discover: true,
      available_models: [
        { name: "set", max_tokens: 1000 },
        { name: "both", max_output_tokens: 500, capabilities: { tools: false } },
      ],
    });
    expect(models).toEqual([
      {
        id: "set",
        name: "set",
        contextWindow: 1000,
        capabilities: { tools: true, images: false },
        origin: {
          id: "settings",
          name: "default",
          contextWindow: "settings",
          "capabilities.tools": "default",
          "capabilities.images": "default",
        },
      },
      {
        id: "both",
        name: "Both, as listed",
        contextWindow: 8000,
        maxOutputTokens: 500,
        capabilities: { tools: false, images: true, reasoning: true, structuredOutput: true },
        pricing: { currency: "USD", input: 1, output: 2 },
        origin: {
          id: "settings",
          name: "gateway",
          contextWindow: "gateway",
          maxOutputTokens: "settings",
          "capabilities.tools": "settings",
          "capabilities.images": "gateway",
          "capabilities.reasoning": "gateway",
          "capabilities.structuredOutput": "gateway",
          pricing: "gateway",
        },
      },
      {
        id: "listed",
        name: "listed",
        contextWindow: 4000,
        capabilities: {},
        origin: { id: "gateway", name: "default", contextWindow: "gateway" },
      },
    ]);
  });

  it("decide together what a model is asked", async () => {
    service.list = json({ data: [{ id: "m", supports_image_input: true, supports_tools: false }] });
    const { registry, gateway } = open({ discover: true, available_models: [{ name: "m" }] });
    await using _ = registry;
    expect(gateway.model?.("m")?.capabilities).toEqual({ tools: true, images: false });
    expect(gateway.model?.("other")).toBeUndefined();
    await gateway.models({ signal });
    expect(gateway.model?.("m")?.capabilities).toEqual({ tools: false, images: true });
    const tools = [{ name: "t", description: "", parameters: {} }];
    const asking = gateway
      .stream({ ...hello("m"), tools })
      [Symbol.asyncIterator]()
      .next();
    expect(await failureOf(asking)).toMatchObject({ code: "unsupported" });
  });

  it("a limit that only the list knows is not sent", async () => {
    service.list = json({ data: [{ id: "a", max_completion_tokens: 800 }] });
    const { registry } = open();
    await using _ = registry;
    const { gateway, model } = await registry.select({ provider: "my-gw.2", model: "a" });
    for await (const _ of gateway.stream(hello(model)));
    expect(service.received.at(-1)?.body).not.toHaveProperty("max_completion_tokens");
  });
});

describe("a list that fails", () => {
  it.each([
    ["404", json({ detail: "Not Found" }, 404), { code: "invalid-request", status: 404, message: "available_models" }],
    [
      "404 about models",
      json({ error: { message: "no such model" } }, 404),
      { code: "invalid-request", status: 404, message: "available_models" },
    ],
    ["401", json({ error: { message: "bad key" } }, 401), { code: "authentication", message: "MY_GW_2_API_KEY" }],
    ["500", json({ error: "down" }, 500), { code: "server-error", status: 500, message: "down" }],
  ])("with %s is rejected where nothing else is known", async (_title, list, { message, ...rest }) => {
    service.list = list;
    expect(await failureOf(listed({}))).toMatchObject({ ...rest, message: expect.stringContaining(message) });
  });

  it("leaves the models of the settings, with a notice", async () => {
    const { models, notices } = await listed({ discover: true, available_models: [{ name: "m", max_tokens: 1 }] });
    expect(models.map(({ id }) => id)).toEqual(["m"]);
    expect(notices).toEqual([
      {
        gateway: "my-gw.2",
        code: "model-list-failed",
        message:
          'The list of models could not be fetched. Gateway "my-gw.2" answered 404 for its models. If it has no list, name ' +
          'the models in "available_models" of its settings. Until it can be, only the models of the settings are known.',
      },
    ]);
  });

  it("leaves the older list, with a notice, also where it was asked for anew", async () => {
    const { registry, gateway, notices } = open();
    await using _ = registry;
    service.list = json({ data: [{ id: "a" }] });
    await gateway.models({ signal });
    service.list = json({ error: "down" }, 503);
    expect((await gateway.models({ signal, refresh: true })).map(({ id }) => id)).toEqual(["a"]);
    expect(notices).toMatchObject([
      { code: "model-list-failed", message: expect.stringContaining("the last list is used") },
    ]);
  });

  it("is asked for again the next time", async () => {
    const { registry, gateway } = open();
    await using _ = registry;
    await failureOf(gateway.models({ signal }));
    service.list = json({ data: [{ id: "a" }] });
    expect(await gateway.models({ signal })).toHaveLength(1);
  });

  it("because nobody answers says so", async () => {
    const { registry, gateway } = open();
    await using _ = registry;
    await service[Symbol.asyncDispose]();
    expect(await failureOf(gateway.models({ signal }))).toMatchObject({ code: "connection" });
  });

  it("is looked for in the next place, but not with a key that is refused", async () => {
    service.list = (path, response) =>
      (path === "/v1/models" ? json({ data: [{ id: "a" }] }) : json({ error: "Unexpected endpoint" }))(path, response);
    expect((await listed({ dialect: "lm-studio" })).models).toHaveLength(1);
    expect(service.received.map(({ url }) => url)).toEqual(["/api/v1/models", "/api/v0/models", "/v1/models"]);
    service.clear();
    service.list = json({ error: { message: "bad key" } }, 401);
    expect(await failureOf(listed({ dialect: "lm-studio" }))).toMatchObject({ code: "authentication" });
    expect(service.received).toHaveLength(1);
  });
});

describe("the list in memory", () => {
  it("is not asked for twice, but where it is to be refreshed", async () => {
    const { registry, gateway } = open();
    await using _ = registry;
    service.list = json({ data: [{ id: "a" }] });
    await gateway.models({ signal });
    service.list = json({ data: [{ id: "b" }] });
    expect((await gateway.models({ signal })).map(({ id }) => id)).toEqual(["a"]);
    expect((await gateway.models({ signal, refresh: true })).map(({ id }) => id)).toEqual(["b"]);
    expect(service.received).toHaveLength(2);
  });

  it("is asked for once by many", async () => {
    const { registry, gateway } = open();
    await using _ = registry;
    service.list = (_path, response) => void setTimeout(() => json({ data: [{ id: "a" }] })("", response), 20);
    const calls = Array.from({ length: 20 }, (_, index) => gateway.models({ signal, refresh: index % 2 === 0 }));
    for (const models of await Promise.all(calls)) expect(models).toHaveLength(1);
    expect(service.received).toHaveLength(1);
  });

  it("comes to those who wait, though another leaves", async () => {
    const { registry, gateway } = open();
    await using _ = registry;
    let answer = () => {};
    service.list = (_path, response) => {
      answer = () => json({ data: [{ id: "a" }] })("", response);
    };
    const leaving = new AbortController();
    const left = failureOf(gateway.models({ signal: leaving.signal }));
    const stayed = gateway.models({ signal });
    await until(() => service.received.length === 1);
    leaving.abort(new Error("gone"));
    expect(await left).toMatchObject({ message: "gone" });
    answer();
    expect(await stayed).toHaveLength(1);
    expect(service.received).toHaveLength(1);
  });

  it("is not waited for by anybody: the request is cancelled, and the next caller asks anew", async () => {
    const { registry, gateway } = open();
    await using _ = registry;
    let cancelled = false;
    service.list = (_path, response) => void response.on("close", () => (cancelled = true));
    const leaving = new AbortController();
    const left = failureOf(gateway.models({ signal: leaving.signal }));
    await until(() => service.received.length === 1);
    leaving.abort(new Error("gone"));
    const next = failureOf(gateway.models({ signal }));
    expect(await left).toMatchObject({ message: "gone" });
    await until(() => cancelled && service.received.length === 2);
    const another = new AbortController();
    another.abort(new Error("never asked"));
    expect(await failureOf(gateway.models({ signal: another.signal }))).toMatchObject({ message: "never asked" });
    await registry.close();
    expect(await next).toMatchObject({ message: 'Gateway "my-gw.2" was closed.' });
  });
});

function hello(model: string) {
  const messages = [{ role: "user", content: [{ type: "text", text: "Hello" }] }] as const;
  return { model, messages, tools: [], signal };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(1);
}
