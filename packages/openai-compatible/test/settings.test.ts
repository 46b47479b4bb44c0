import { createRegistry, isGatewayError, run } from "@waygate/core";
import openaiCompatible from "@waygate/openai-compatible";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type Asked,
  type Asking,
  askOnce,
  image,
  openRegistry,
  startService,
  type TestService,
  tool,
} from "./service.ts";

let service: TestService;
let origin: string;
let received: TestService["received"];

beforeAll(async () => {
  service = await startService();
  ({ origin, received } = service);
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => service.clear());

const ask = (asking: Asking): Promise<Asked> => askOnce(service, asking);

describe("the address and the key", () => {
  it("go into the request", async () => {
    const { url, headers, queries } = await ask({ key: "sk-1" });
    expect(url).toBe("/v1/chat/completions");
    expect(headers.authorization).toBe("Bearer sk-1");
    expect(headers["content-type"]).toBe("application/json");
    expect(queries[0]).toEqual({
      gateway: "my-gw.2",
      credential: { id: "api_key", label: "API key", env: ["MY_GW_2_API_KEY"], optional: true },
      address: `${origin}/v1`,
    });
  });

  it.each([
    ["http://ollama:11434/v1", undefined, "allow_http"],
    ["http://ollama:11434/v1", true, undefined],
    ["http://169.254.169.254/v1", true, "link-local"],
    ["http://host.example.com/v1", true, "private networks only"],
    ["https://ollama/v1", undefined, undefined],
  ])("allow http:// to a name without a dot if they say so: %s, %s", (api_url, allow_http, problem) => {
    // With another fault beside it: all is told at once.
    const service = { api_url, allow_http, available_models: [{}] };
    const registry = createRegistry({
      plugins: [openaiCompatible],
      settings: { openai_compatible: { mine: service } },
    });
    const issues = registry.gateways().flatMap((entry) => entry.issues);
    expect(issues.map(({ path }) => path.at(-1)).sort()).toEqual(
      problem === undefined ? ["name"] : ["api_url", "name"],
    );
    expect(issues.find(({ path }) => path.at(-1) === "api_url")?.message ?? "").toContain(problem ?? "");
  });

  it("need no key", async () => {
    expect((await ask({})).headers.authorization).toBeUndefined();
    expect((await ask({ key: "" })).headers.authorization).toBeUndefined();
  });

  it("keep a query", async () => {
    const service = { api_url: `${origin}/openai/v1?api-version=2024-10-21` };
    expect((await ask({ service })).url).toBe("/openai/v1/chat/completions?api-version=2024-10-21");
  });
});

describe("custom headers", () => {
  it("are sent, but for reserved ones, of which a notice tells", async () => {
    const custom_headers = {
      "X-Team": "core",
      Authorization: "Bearer mine",
      "Content-Type": "text/plain",
      "bad name": "x",
      "X-Line": "a\nb",
    };
    const { headers, notices } = await ask({ key: "sk-1", service: { custom_headers } });
    expect(headers["x-team"]).toBe("core");
    expect(headers.authorization).toBe("Bearer sk-1");
    expect(headers["content-type"]).toBe("application/json");
    expect(headers["x-line"]).toBeUndefined();
    expect(notices.map(({ code, message }) => [code, message])).toEqual([
      ["header-refused", 'The header "Authorization" in custom_headers was left out: it is set by the program itself.'],
      ["header-refused", 'The header "Content-Type" in custom_headers was left out: it is set by the program itself.'],
      ["header-refused", 'The header "bad name" in custom_headers was left out: it is not the name of a header.'],
      [
        "header-refused",
        'The header "X-Line" in custom_headers was left out: its value has characters that a header cannot have.',
      ],
    ]);
  });
});

describe("headers that belong to the connection", () => {
  const custom_headers = { Expect: "100-continue", "x-team": "core", TRAILER: "x", "Proxy-Authorization": "Basic x" };

  it("are told with their place as soon as the settings are read, and requests go out without them", async () => {
    const told: unknown[] = [];
    const mine = { api_url: `${origin}/v1`, custom_headers };
    await using registry = createRegistry({
      plugins: [openaiCompatible],
      settings: { openai_compatible: { mine } },
      onNotice: ({ code, path }) => told.push([code, ...(path ?? [])]),
    });
    const section = ["openai_compatible", "mine", "custom_headers"];
    expect(told).toEqual(
      ["Expect", "TRAILER", "Proxy-Authorization"].map((name) => ["header-refused", ...section, name]),
    );
    expect(registry.gateways()).toMatchObject([{ state: "ready" }]);
    const { headers } = await ask({ service: { custom_headers } });
    expect(headers["x-team"]).toBe("core");
    for (const name of ["expect", "trailer", "proxy-authorization"]) expect(headers).not.toHaveProperty(name);
  });

  it("cannot carry the key", async () => {
    const settings = { openai_compatible: { mine: { api_url: `${origin}/v1`, auth_header: "Proxy-Authorization" } } };
    const registry = createRegistry({ plugins: [openaiCompatible], settings });
    expect(registry.gateways()).toMatchObject([
      { state: "refused", issues: [{ message: expect.stringContaining("cannot be") }] },
    ]);
  });
});

describe("extra_query", () => {
  it.each([
    ["", {}, "/openai/v1/chat/completions"],
    ["", { "api-version": "2024-10-21" }, "/openai/v1/chat/completions?api-version=2024-10-21"],
    ["?a=1%2F2&b=x+y", { c: 3, d: true }, "/openai/v1/chat/completions?a=1%2F2&b=x+y&c=3&d=true"],
    ["?api-version=old&a=1", { "api-version": "new" }, "/openai/v1/chat/completions?a=1&api-version=new"],
    ["", { "a b": "c&d=é" }, "/openai/v1/chat/completions?a%20b=c%26d%3D%C3%A9"],
  ])("joins the query of the address: %j and %j", async (query, extra_query, url) => {
    expect((await ask({ service: { api_url: `${origin}/openai/v1${query}`, extra_query } })).url).toBe(url);
  });

  it("does not change the address that a key is kept by", async () => {
    const { queries } = await ask({ key: "k", service: { extra_query: { a: 1 } } });
    expect(queries[0]?.address).toBe(`${origin}/v1`);
  });
});

describe("auth_header", () => {
  it.each([
    ["api-key", "api-key", "sk-1"],
    ["X-API-Key", "x-api-key", "sk-1"],
    ["X-API-Key: ", "x-api-key", "sk-1"],
    ["Authorization", "authorization", "sk-1"],
    ["Authorization: Bearer", "authorization", "Bearer sk-1"],
    ["Authorization: Api-Key", "authorization", "Api-Key sk-1"],
    ["X-Token:Token", "x-token", "Token sk-1"],
  ])("%j puts the key into its header", async (auth_header, name, value) => {
    const { headers } = await ask({ key: "sk-1", service: { auth_header } });
    expect(headers[name]).toBe(value);
    if (name !== "authorization") expect(headers.authorization).toBeUndefined();
  });

  it("is left out where there is no key", async () => {
    const { headers } = await ask({ service: { auth_header: "api-key" } });
    expect(headers["api-key"]).toBeUndefined();
    expect(headers.authorization).toBeUndefined();
  });

  it("is no place for a key in the settings file", async () => {
    const custom_headers = { "Api-Key": "mine", authorization: "Bearer mine" };
    const { headers, notices } = await ask({ service: { auth_header: "api-key", custom_headers } });
    expect(headers["api-key"]).toBeUndefined();
    expect(notices.map(({ code }) => code)).toEqual(["header-refused", "header-refused"]);
  });
});

describe("dialect", () => {
  it("of the service holds for its models", async () => {
    const { body } = await ask({ service: { dialect: "mistral" }, maxOutputTokens: 5 });
    expect(body).toEqual({
      model: "m",
      messages: [{ role: "user", content: "Hello" }],
      stream: true,
      max_tokens: 5,
    });
  });

  it("of a model wins over the service's in what is said, not in where and with which key", async () => {
    const service = { dialect: "azure" };
    const { body, headers } = await ask({ key: "sk-1", service, settings: { dialect: "vllm" }, maxOutputTokens: 5 });
    expect(body).toMatchObject({ max_tokens: 5 });
    expect(headers["api-key"]).toBe("sk-1");
  });

  it("gives way to flags that are set, true or false", async () => {
    const flags = (capabilities: object) =>
      ask({ service: { dialect: "mistral" }, settings: { capabilities }, ...more });
    const more = { maxOutputTokens: 5, sessionId: "c-1" };
    expect((await flags({})).body).toMatchObject({ max_tokens: 5, prompt_cache_key: "c-1" });
    const { body } = await flags({ max_tokens_parameter: false, prompt_cache_key: false });
    expect(body).toMatchObject({ max_completion_tokens: 5 });
    expect(body).not.toHaveProperty("prompt_cache_key");
  });

  it("gives way to interleaved_reasoning, which keeps the field of the dialect", async () => {
    const said = [
      { type: "reasoning", text: "Hm." },
      { type: "text", text: "Hi" },
    ] as const;
    const messages = [
      { role: "user", content: "Hello" },
      { role: "assistant", content: said },
      { role: "user", content: "Again" },
    ] as const;
    const replayed = async (dialect: string, capabilities: object) => {
      const { body } = await ask({ service: { dialect }, settings: { capabilities }, messages });
      return (body.messages as object[])[1];
    };
    const plain = { role: "assistant", content: "Hi" };
    expect(await replayed("ollama", {})).toEqual({ ...plain, reasoning: "Hm." });
    expect(await replayed("ollama", { interleaved_reasoning: true })).toEqual({ ...plain, reasoning: "Hm." });
    expect(await replayed("ollama", { interleaved_reasoning: false })).toEqual(plain);
    expect(await replayed("xai", { interleaved_reasoning: true })).toEqual({ ...plain, reasoning_content: "Hm." });
  });
});

describe("extra_body", () => {
  const plain = {
    model: "m",
    messages: [{ role: "user", content: "Hello" }],
    stream: true,
    stream_options: { include_usage: true },
  };

  it("adds fields, those of the model winning over the service's, and the request's over both", async () => {
    const { body } = await ask({
      service: { extra_body: { a: "service", b: "service", c: "service", deep: { x: 1, y: { z: 1 } } } },
      settings: { extra_body: { b: "model", c: "model", deep: { y: { z: 2 } } } },
      gatewayOptions: { extra_body: { c: "request", deep: { w: 0 } }, extraBody: { deep: { y: { v: 3 } } } },
    });
    expect(body).toEqual({
      ...plain,
      a: "service",
      b: "model",
      c: "request",
      deep: { x: 1, y: { z: 2, v: 3 }, w: 0 },
    });
  });

  it("changes what would be sent, and removes it with null", async () => {
    const settings = { reasoning_effort: "low", max_output_tokens: 10 };
    const { body } = await ask({
      settings: { ...settings, extra_body: { reasoning_effort: "default", max_completion_tokens: null, top_k: 5 } },
      temperature: 1,
      gatewayOptions: { extraBody: { temperature: null, stream_options: null, top_k: null } },
    });
    const { stream_options: _, ...rest } = plain;
    expect(body).toEqual({ ...rest, reasoning_effort: "default" });
  });

  it("merges objects into those that are sent anyway, and replaces lists", async () => {
    const responseFormat = { type: "json-schema", name: "s", schema: { type: "object", required: ["a"] } } as const;
    const { body } = await ask({
      service: { dialect: "zai" },
      reasoning: { effort: "high" },
      responseFormat,
      gatewayOptions: {
        extraBody: {
          stream_options: { continuous_usage_stats: true },
          thinking: { clear_thinking: true },
          response_format: { json_schema: { strict: true, schema: { required: ["b"] } } },
        },
      },
    });
    expect(body).toEqual({
      ...plain,
      stream_options: { include_usage: true, continuous_usage_stats: true },
      thinking: { type: "enabled", clear_thinking: true },
      reasoning_effort: "high",
      response_format: {
        type: "json_schema",
        json_schema: { name: "s", schema: { type: "object", required: ["b"] }, strict: true },
      },
    });
  });

  it("takes no harm from keys that objects have by nature", async () => {
    const settings = { extra_body: JSON.parse('{"a":1,"__proto__":{"b":1},"deep":{"__proto__":{"c":1},"d":null}}') };
    const { body } = await ask({ settings });
    expect(body).toMatchObject({ ...plain, a: 1 });
    expect(JSON.stringify(body.deep)).toBe('{"__proto__":{"c":1}}');
    expect(Object.hasOwn(Object.prototype, "b") || Object.hasOwn(Object.prototype, "c")).toBe(false);
  });

  it.each(["model", "messages", "stream"])("never holds %j", async (field) => {
    for (const wrong of [
      { extra_body: { [field]: null } },
      { available_models: [{ name: "m", extra_body: { [field]: 1 } }] },
    ]) {
      const { registry } = openRegistry({ api_url: `${origin}/v1`, ...wrong });
      expect(() => registry.gateway("my-gw.2")).toThrowError(
        expect.objectContaining({ code: "settings", message: expect.stringContaining(`must not hold "${field}"`) }),
      );
    }
    const asking = ask({ gatewayOptions: { extraBody: { [field]: "other" } } });
    await expect(asking).rejects.toMatchObject({
      code: "invalid-request",
      message: expect.stringContaining(`gatewayOptions.extraBody: must not hold "${field}"`),
    });
    expect(received).toEqual([]);
  });

  it("is refused in a request where it is no JSON, or misspelt", async () => {
    await expect(ask({ gatewayOptions: { extraBody: { a: (() => 1) as never } } })).rejects.toThrow(
      'run: "gatewayOptions.extraBody.a" must be a value that JSON can carry, not a function.',
    );
    await expect(ask({ gatewayOptions: { extraBdy: {} } })).rejects.toMatchObject({
      code: "invalid-request",
      message: expect.stringContaining('Did you mean "extraBody"?'),
    });
  });
});

describe("a model's settings", () => {
  it("say nothing by default but what every request has", async () => {
    expect((await ask({})).body).toEqual({
      model: "m",
      messages: [{ role: "user", content: "Hello" }],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it.each([
    ["max_output_tokens", { max_output_tokens: 500 }, { max_completion_tokens: 500 }],
    ["max_completion_tokens", { max_output_tokens: 500, max_completion_tokens: 400 }, { max_completion_tokens: 400 }],
    [
      "max_tokens_parameter",
      { max_output_tokens: 500, capabilities: { max_tokens_parameter: true } },
      { max_tokens: 500 },
    ],
    ["reasoning_effort", { reasoning_effort: "medium" }, { reasoning_effort: "medium" }],
    ["reasoning_effort none", { reasoning_effort: "none" }, { reasoning_effort: "none" }],
  ])("put %s into the request", async (_title, settings, fields) => {
    const { body } = await ask({ settings });
    expect(Object.keys(body).sort()).toEqual(
      ["messages", "model", "stream", "stream_options", ...Object.keys(fields)].sort(),
    );
    expect(body).toMatchObject(fields);
  });

  it("give way to the request", async () => {
    const settings = { max_output_tokens: 500, reasoning_effort: "medium" };
    const { body } = await ask({ settings, maxOutputTokens: 7, reasoning: { effort: "high" } });
    expect(body).toMatchObject({ max_completion_tokens: 7, reasoning_effort: "high" });
  });

  it("send no effort to a model that was given none, when thinking is off", async () => {
    expect((await ask({ reasoning: "off" })).body).not.toHaveProperty("reasoning_effort");
    expect((await ask({ reasoning: "off", settings: { reasoning_effort: "low" } })).body).toMatchObject({
      reasoning_effort: "none",
    });
  });
});

describe("a model's capabilities", () => {
  const picture = [{ role: "user", content: [image] }] as const;

  it("tools: refuses them where it is false, before any request", async () => {
    const asking = ask({ settings: { capabilities: { tools: false } }, tools: [tool] });
    await expect(asking).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("tools"),
    });
    expect(received).toEqual([]);
    expect((await ask({ settings: { capabilities: { tools: true } }, tools: [tool] })).body.tools).toHaveLength(1);
  });

  it("images: refuses them where it is false, before any request", async () => {
    await expect(ask({ messages: picture })).rejects.toMatchObject({ code: "unsupported" });
    expect(received).toEqual([]);
    const { body } = await ask({ messages: picture, settings: { capabilities: { images: true } } });
    expect(JSON.stringify(body.messages)).toContain("data:image/png;base64,AAAA");
  });

  it("parallel_tool_calls: says so with tools only", async () => {
    const settings = { capabilities: { parallel_tool_calls: true } };
    expect((await ask({ settings, tools: [tool] })).body.parallel_tool_calls).toBe(true);
    expect((await ask({ settings })).body).not.toHaveProperty("parallel_tool_calls");
    expect((await ask({ tools: [tool] })).body).not.toHaveProperty("parallel_tool_calls");
  });

  it("prompt_cache_key: is the conversation's id", async () => {
    const settings = { capabilities: { prompt_cache_key: true } };
    expect((await ask({ settings, sessionId: "c-1" })).body.prompt_cache_key).toBe("c-1");
    expect((await ask({ sessionId: "c-1" })).body).not.toHaveProperty("prompt_cache_key");
  });

  it("interleaved_reasoning: sends reasoning back", async () => {
    const messages = [
      { role: "user", content: "Hello" },
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "Hm." },
          { type: "text", text: "Hi" },
        ],
      },
      { role: "user", content: "Again" },
    ] as const;
    const settings = { capabilities: { interleaved_reasoning: true } };
    const [, said] = (await ask({ settings, messages })).body.messages as object[];
    expect(said).toEqual({ role: "assistant", content: "Hi", reasoning_content: "Hm." });
    const [, plain] = (await ask({ messages })).body.messages as object[];
    expect(plain).toEqual({ role: "assistant", content: "Hi" });
  });

  it("chat_completions: false is refused with a clear word", async () => {
    const asking = ask({ settings: { capabilities: { chat_completions: false } } });
    await expect(asking).rejects.toMatchObject({ code: "unsupported", message: expect.stringContaining("/responses") });
    expect(received).toEqual([]);
  });
});

describe("wrong settings", () => {
  it.each([
    ["no address", { available_models: [] }, "api_url: is missing, but required"],
    ["an empty address", { api_url: "", available_models: [] }, "api_url: must be the service's address"],
    [
      "an address without encryption",
      { api_url: "http://example.com/v1", available_models: [] },
      "api_url: must begin with https://",
    ],
    ["models that are no list", { api_url: "https://h/v1", available_models: {} }, "must be a list of models"],
    [
      "a model without a name",
      { api_url: "https://h/v1", available_models: [{ max_tokens: 1 }] },
      "available_models[0].name: is missing, but required",
    ],
    [
      "a limit as text",
      { api_url: "https://h/v1", available_models: [{ name: "m", max_tokens: "1" }] },
      "available_models[0].max_tokens: must be a number of tokens",
    ],
    [
      "an effort that is none",
      { api_url: "https://h/v1", available_models: [{ name: "m", max_tokens: 1, reasoning_effort: "hgih" }] },
      "reasoning_effort: must be one of none, minimal, low",
    ],
    [
      "a flag as text",
      { api_url: "https://h/v1", available_models: [{ name: "m", max_tokens: 1, capabilities: { tools: "yes" } }] },
      "capabilities.tools: must be true or false",
    ],
    [
      "a dialect that is none",
      { api_url: "https://h/v1", dialect: "olama" },
      "dialect: must be one of openai, alibaba",
    ],
    ["a misspelt dialect", { api_url: "https://h/v1", dialect: "olama" }, 'Did you mean "ollama"?'],
    [
      "a model's dialect that is none",
      { api_url: "https://h/v1", available_models: [{ name: "m", dialect: 1 }] },
      "available_models[0].dialect: must be one of openai",
    ],
    ["a header for the key that is none", { api_url: "https://h/v1", auth_header: "a b" }, "auth_header: must be what"],
    ["a header that is not free", { api_url: "https://h/v1", auth_header: "Host" }, 'auth_header: cannot be "Host"'],
    ["a key in place of its header", { api_url: "https://h/v1", auth_header: 5 }, "auth_header: must be text"],
    [
      "a query of objects",
      { api_url: "https://h/v1", extra_query: { a: {} } },
      "extra_query.a: must be text, a number",
    ],
    ["a body that is a list", { api_url: "https://h/v1", extra_body: [1] }, "extra_body: must be an object"],
    ["discover as text", { api_url: "https://h/v1", discover: "yes" }, "discover: must be true or false"],
    ["text in place of settings", "https://h/v1", "must be an object"],
  ])("%s: refuses this gateway alone", async (_title, wrong, words) => {
    await using registry = createRegistry({
      plugins: [openaiCompatible],
      settings: {
        openai_compatible: {
          wrong,
          right: { api_url: `${origin}/v1`, available_models: [{ name: "m", max_tokens: 1 }] },
        },
      },
    });
    expect(registry.gateways().map(({ id, state }) => [id, state])).toEqual([
      ["wrong", "refused"],
      ["right", "ready"],
    ]);
    const error = (() => {
      try {
        return registry.gateway("wrong");
      } catch (thrown) {
        return thrown;
      }
    })();
    if (!isGatewayError(error)) throw new Error("Expected a GatewayError.");
    expect(error.code).toBe("settings");
    expect(error.message).toContain("language_models.openai_compatible.wrong");
    expect(error.message).toContain(words);
    const { text } = await run({
      gateway: registry.gateway("right"),
      model: "m",
      messages: [{ role: "user", content: "Hello" }],
    }).result();
    expect(text).toBe("Hi");
  });

  it("are told together with the misspelt key that may be why", () => {
    const registry = createRegistry({
      plugins: [openaiCompatible],
      settings: { openai_compatible: { wrong: { api_ulr: "https://h/v1", available_models: [] } } },
    });
    expect(registry.gateways()[0]?.issues).toEqual([
      { path: ["openai_compatible", "wrong", "api_url"], message: "is missing, but required" },
      {
        path: ["openai_compatible", "wrong", "api_ulr"],
        message: 'Unknown key "api_ulr", which has no effect. Did you mean "api_url"?',
      },
    ]);
  });
});

describe("the list of models", () => {
  it("is what the settings say, with the origin of each field", async () => {
    await using registry = createRegistry({
      plugins: [openaiCompatible],
      settings: {
        openai_compatible: {
          s: {
            api_url: "https://h/v1",
            available_models: [
              { name: "a", max_tokens: 1000 },
              {
                name: "b",
                display_name: "Bee",
                max_tokens: 2000,
                max_output_tokens: 100,
                capabilities: { tools: false, images: true },
              },
            ],
          },
        },
      },
    });
    const [list] = await registry.models();
    expect(list).toEqual({
      gateway: "s",
      error: undefined,
      models: [
        {
          id: "a",
          name: "a",
          contextWindow: 1000,
          maxOutputTokens: undefined,
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
          id: "b",
          name: "Bee",
          contextWindow: 2000,
          maxOutputTokens: 100,
          capabilities: { tools: false, images: true },
          origin: {
            id: "settings",
            name: "settings",
            contextWindow: "settings",
            maxOutputTokens: "settings",
            "capabilities.tools": "settings",
            "capabilities.images": "settings",
          },
        },
      ],
    });
  });
});
