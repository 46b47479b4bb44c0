import type { JsonObject, Message } from "@waygate/core";
import { describe, expect, it } from "vitest";
import { asking } from "./asking.ts";
import { claude, collect, open, refused } from "./open.ts";
import { startService } from "./service.ts";

const ask = asking();
const nova = "us.amazon.nova-pro-v1:0";
const sonnet4 = "us.anthropic.claude-sonnet-4-20250514-v1:0";

describe("a request", () => {
  it("is the model's path and nothing but what was asked", async () => {
    const { request, events } = await ask({ model: `us.${claude}` });
    expect(request.method).toBe("POST");
    expect(request.path).toBe(`/model/us.${claude.replace(":", "%3A")}/converse-stream`);
    expect(request.text).toBe('{"messages":[{"role":"user","content":[{"text":"Hello"}]}]}');
    expect(request.headers["content-type"]).toBe("application/json");
    expect(events).toEqual([
      { type: "response-start", id: "req-1", model: `us.${claude}` },
      { type: "text-delta", text: "Hi" },
      {
        type: "usage",
        usage: { input: { total: 5 }, output: { total: 2 } },
      },
      { type: "finish", reason: "stop", raw: "end_turn" },
    ]);
  });

  it("is the same bytes for the same question", async () => {
    const change = {
      tools: [{ name: "a.b", description: "", parameters: { type: "object" } }],
      reasoning: { effort: "low" },
      cache: "auto",
    } as const;
    expect((await ask(change)).request.text).toBe((await ask(change)).request.text);
  });

  it("goes below an endpoint with a path, however that ends", async () => {
    await using service = await startService();
    await using opened = open(service, { settings: { endpoint_url: `${service.origin}/bedrock/` } });
    await collect(opened.gateway, { model: nova });
    expect(service.received[0]?.path).toBe(`/bedrock/model/${nova.replace(":", "%3A")}/converse-stream`);
  });

  it("to an ARN has it in its path, whole", async () => {
    const arn = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc123";
    expect((await ask({ model: arn })).request.path).toBe(`/model/${encodeURIComponent(arn)}/converse-stream`);
  });
});

describe("sampling", () => {
  it("goes out as it was asked", async () => {
    const { body, notices } = await ask({
      model: nova,
      temperature: 0.5,
      topP: 0.9,
      maxOutputTokens: 100,
      stopSequences: ["END", ""],
    });
    expect(body.inferenceConfig).toEqual({ maxTokens: 100, temperature: 0.5, topP: 0.9, stopSequences: ["END"] });
    expect(notices).toEqual([]);
  });

  it("is cut to what Bedrock takes, with a notice", async () => {
    const { body, notices } = await ask({ model: nova, temperature: 1.5 });
    expect(body.inferenceConfig).toEqual({ temperature: 1 });
    expect(notices).toEqual(["temperature-changed: Bedrock takes temperatures up to 1: 1 was sent in place of 1.5."]);
  });

  it("takes one of two where a model takes no more", async () => {
    const { body, notices } = await ask({ temperature: 0.5, topP: 0.9 });
    expect(body.inferenceConfig).toEqual({ temperature: 0.5 });
    expect(notices).toEqual([
      "top-p-dropped: This model takes a temperature or a topP, not both: the topP was left out.",
    ]);
    expect((await ask({ model: sonnet4, temperature: 0.5, topP: 0.9 })).body.inferenceConfig).toEqual({
      temperature: 0.5,
      topP: 0.9,
    });
  });

  it("is left out for models that take none", async () => {
    const { body, notices } = await ask({ model: "us.anthropic.claude-opus-5", temperature: 0.5, topP: 0.9 });
    expect(body.inferenceConfig).toBeUndefined();
    expect(notices).toEqual([
      "temperature-dropped: This model takes no temperature: it was left out.",
      "top-p-dropped: This model takes no topP: it was left out.",
    ]);
  });

  it("has the settings' values where the request says nothing", async () => {
    const model = { name: nova, max_tokens: 1000, max_output_tokens: 200, default_temperature: 0.1 };
    const settings = { available_models: [model] };
    expect((await ask({ model: nova }, { settings })).body.inferenceConfig).toEqual({
      maxTokens: 200,
      temperature: 0.1,
    });
    const own = await ask({ model: nova, temperature: 0.7, maxOutputTokens: 50 }, { settings });
    expect(own.body.inferenceConfig).toEqual({ maxTokens: 50, temperature: 0.7 });
  });
});

describe("a default temperature", () => {
  const settings = { available_models: [{ name: `us.${claude}`, max_tokens: 1000, default_temperature: 0.7 }] };

  it("gives way to a request's own topP where a model takes one of the two", async () => {
    const { body, notices } = await ask({ topP: 0.5 }, { settings });
    expect(body.inferenceConfig).toEqual({ topP: 0.5 });
    expect(notices).toEqual([]);
    expect((await ask({}, { settings })).body.inferenceConfig).toEqual({ temperature: 0.7 });
  });

  it("goes out beside a topP where a model takes both", async () => {
    const both = { available_models: [{ name: nova, max_tokens: 1000, default_temperature: 0.7 }] };
    const { body } = await ask({ model: nova, topP: 0.5 }, { settings: both });
    expect(body.inferenceConfig).toEqual({ temperature: 0.7, topP: 0.5 });
  });
});

describe("the answer's format", () => {
  const schema = {
    type: "object",
    properties: { at: { type: "object", properties: { x: { const: { type: "object", properties: {} } } } } },
    required: ["at"],
  };
  const format = { type: "json-schema", name: "the place", schema } as const;

  it("has a schema in its own place, closed as Claude wants it, with the effort beside it", async () => {
    const { body } = await ask({
      model: "us.anthropic.claude-opus-4-6-v1",
      responseFormat: format,
      reasoning: { effort: "low" },
    });
    expect(body.outputConfig).toEqual({
      textFormat: {
        type: "json_schema",
        structure: { jsonSchema: { name: "the_place", schema: expect.any(String) as string } },
      },
      effort: "low",
    });
    const { textFormat } = body.outputConfig as { textFormat: { structure: { jsonSchema: { schema: string } } } };
    expect(JSON.parse(textFormat.structure.jsonSchema.schema)).toEqual({
      type: "object",
      properties: {
        at: {
          type: "object",
          properties: { x: { const: { type: "object", properties: {} } } },
          additionalProperties: false,
        },
      },
      required: ["at"],
      additionalProperties: false,
    });
    expect(body.additionalModelRequestFields).toEqual({ thinking: { type: "adaptive" } });
  });

  const schemaSent = async (schema: JsonObject, told: readonly string[] = []): Promise<unknown> => {
    const { body, notices } = await ask({ responseFormat: { type: "json-schema", name: "x", schema } });
    expect(notices).toEqual(told);
    const { textFormat } = body.outputConfig as { textFormat: { structure: { jsonSchema: { schema: string } } } };
    return JSON.parse(textFormat.structure.jsonSchema.schema);
  };

  it.each(["default", "enum", "const", "examples", "required", "properties"])(
    "has objects closed whose name is %s, which is no keyword there",
    async (name) => {
      const open = { type: "object", properties: { a: { type: "string" } } };
      const properties = { [name]: open };
      expect(await schemaSent({ type: "object", properties, $defs: properties, definitions: properties })).toEqual({
        type: "object",
        properties: { [name]: { ...open, additionalProperties: false } },
        $defs: { [name]: { ...open, additionalProperties: false } },
        definitions: { [name]: { ...open, additionalProperties: false } },
        additionalProperties: false,
      });
    },
  );

  it("has every object closed, whatever else it may be; what else is demanded of one is left to be refused", async () => {
    const strings = { type: "object", additionalProperties: { type: "string" } };
    const properties = { maybe: { type: ["object", "null"], properties: {} }, any: { type: "object" }, strings };
    expect(await schemaSent({ type: "object", properties, additionalProperties: true })).toEqual({
      type: "object",
      properties: {
        maybe: { type: ["object", "null"], properties: {}, additionalProperties: false },
        any: { type: "object", additionalProperties: false },
        strings,
      },
      additionalProperties: false,
    });
  });

  it("has bounds of numbers and lists in words, where Claude refuses them", async () => {
    const { MAX_SAFE_INTEGER: most, MIN_SAFE_INTEGER: least } = Number;
    const schema = {
      type: "object",
      properties: {
        age: { type: "integer", minimum: 0, maximum: most },
        share: { type: "number", exclusiveMinimum: 0, maximum: 0.5, description: "Of all." },
        count: { type: "integer", minimum: least, maximum: most },
        tags: { type: "array", minItems: 1, items: { type: "string", minLength: 1 } },
        pair: { type: "array", minItems: 2, maxItems: 2, items: { anyOf: [{ multipleOf: 5 }, { type: "null" }] } },
        minimum: { enum: [{ minimum: 1 }] },
      },
      required: ["maximum"],
    };
    const words = "exclusiveMinimum, maxItems, maximum, minItems, minimum, multipleOf went out as words in the schema.";
    expect(
      await schemaSent(schema, [`schema-bounds-told: Bedrock does not hold an answer to bounds: ${words}`]),
    ).toEqual({
      type: "object",
      properties: {
        age: { type: "integer", description: "minimum: 0" },
        share: { type: "number", description: "Of all. (exclusiveMinimum: 0, maximum: 0.5)" },
        count: { type: "integer" },
        tags: { type: "array", minItems: 1, items: { type: "string", minLength: 1 } },
        pair: {
          type: "array",
          items: { anyOf: [{ description: "multipleOf: 5" }, { type: "null" }] },
          description: "minItems: 2, maxItems: 2",
        },
        minimum: { enum: [{ minimum: 1 }] },
      },
      required: ["maximum"],
      additionalProperties: false,
    });
  });

  it("is asked for in words where any JSON will do", async () => {
    const { body } = await ask({ responseFormat: { type: "json" } });
    expect(body.outputConfig).toBeUndefined();
    expect(body.system).toEqual([
      { text: "Answer with one JSON object and nothing else: no words around it, no code fence." },
    ]);
  });

  it.each([
    "google.gemma-3-27b-it",
    "minimax.minimax-m2",
    "mistral.mistral-large-3-675b-instruct",
    "nvidia.nemotron-nano-12b-v2",
    "us.anthropic.claude-haiku-4-5-20251001-v1:0",
  ])("has a schema for %s, which AWS was seen to answer in one", async (model) => {
    expect((await ask({ model, responseFormat: format })).body.outputConfig).toHaveProperty("textFormat");
  });

  it("with a schema is refused for models that have none", async () => {
    await expect(ask({ model: nova, responseFormat: format })).rejects.toMatchObject({ code: "unsupported" });
  });
});

describe("cache points", () => {
  const cachePoint = { type: "default" };
  const messages: readonly Message[] = [
    { role: "system", content: [{ type: "text", text: "Be short." }] },
    { role: "user", content: [{ type: "text", text: "One" }] },
    { role: "assistant", content: [{ type: "text", text: "A" }] },
    { role: "user", content: [{ type: "text", text: "Two" }] },
    { role: "assistant", content: [{ type: "text", text: "B" }] },
    { role: "user", content: [{ type: "text", text: "Three" }] },
  ];
  const tools = [{ name: "look", description: "", parameters: { type: "object" } }];
  const change = { messages, tools, cache: "auto" } as const;

  it("stand after the tools, the system prompt, the last word, and the one before it", async () => {
    const { body } = await ask(change);
    expect(body.toolConfig).toEqual({
      tools: [{ toolSpec: { name: "look", inputSchema: { json: { type: "object" } } } }, { cachePoint }],
    });
    expect(body.system).toEqual([{ text: "Be short." }, { cachePoint }]);
    expect(body.messages).toEqual([
      { role: "user", content: [{ text: "One" }] },
      { role: "assistant", content: [{ text: "A" }] },
      { role: "user", content: [{ text: "Two" }, { cachePoint }] },
      { role: "assistant", content: [{ text: "B" }] },
      { role: "user", content: [{ text: "Three" }, { cachePoint }] },
    ]);
  });

  it("are not set unless asked for, nor for models that take none", async () => {
    expect((await ask({ ...change, cache: undefined })).request.text).not.toContain("cachePoint");
    expect((await ask({ ...change, model: "mistral.devstral-2-123b" })).request.text).not.toContain("cachePoint");
  });

  it("do not stand after the tools for Amazon's models", async () => {
    const { body } = await ask({ ...change, model: nova });
    expect(JSON.stringify(body.toolConfig)).not.toContain("cachePoint");
    expect(body.system).toEqual([{ text: "Be short." }, { cachePoint }]);
  });

  it("are as many as the settings declare, from as many tokens on", async () => {
    const cache = (cache_configuration: object) => ({
      settings: { available_models: [{ name: "own", max_tokens: 1000, cache_configuration }] },
    });
    const one = { max_cache_anchors: 1, min_total_token: 0, should_speculate: true };
    const { body, request } = await ask({ ...change, model: "own" }, cache(one));
    expect(request.text.split("cachePoint")).toHaveLength(2);
    expect((body.messages as unknown[])[4]).toEqual({ role: "user", content: [{ text: "Three" }, { cachePoint }] });
    const all = await ask({ ...change, model: "own" }, cache({}));
    expect(all.request.text.split("cachePoint")).toHaveLength(5);
    const none = await ask({ ...change, model: "own" }, cache({ ...one, max_cache_anchors: 0 }));
    expect(none.request.text).not.toContain("cachePoint");
    const small = await ask(
      { ...change, model: "own" },
      cache({ ...one, max_cache_anchors: 4, min_total_token: 1000 }),
    );
    expect(small.request.text).not.toContain("cachePoint");
  });

  it("do not stand right after documents and videos, where Bedrock refuses them", async () => {
    const file = (mediaType: string, name: string) =>
      ({ type: "file", mediaType, name, source: { type: "base64", data: "JVBERi0=" } }) as const;
    const pdf = file("application/pdf", "A");
    const { body } = await ask({
      cache: "auto",
      model: nova,
      messages: [
        { role: "user", content: [pdf, { type: "text", text: "Read." }] },
        { role: "assistant", content: [{ type: "text", text: "A" }] },
        { role: "user", content: [{ type: "text", text: "And?" }, pdf, file("video/mp4", "B")] },
      ],
    });
    const kinds = (body.messages as { content: object[] }[]).map(({ content }) => content.flatMap(Object.keys));
    expect(kinds).toEqual([["document", "text", "cachePoint"], ["text"], ["text", "cachePoint", "document", "video"]]);
    const film = await ask({
      cache: "auto",
      model: nova,
      messages: [{ role: "user", content: [file("video/mp4", "B")] }],
    });
    expect(film.request.text).not.toContain("cachePoint");
  });

  it("hold as long as the request says", async () => {
    const { body } = await ask({ ...change, gatewayOptions: { cacheTtl: "1h" } });
    expect(body.system).toEqual([{ text: "Be short." }, { cachePoint: { type: "default", ttl: "1h" } }]);
  });

  it.each([nova, "us.anthropic.claude-3-7-sonnet-20250219-v1:0", "us.anthropic.claude-opus-4-1-20250805-v1:0"])(
    "hold for five minutes where %s knows no more",
    async (model) => {
      const { body, notices } = await ask({ ...change, model, gatewayOptions: { cacheTtl: "1h" } });
      expect(body.system).toEqual([{ text: "Be short." }, { cachePoint }]);
      expect(notices).toEqual(["cache-ttl-dropped: This model keeps its cache for 5 minutes: cacheTtl was left out."]);
      expect((await ask({ ...change, model, gatewayOptions: { cacheTtl: "5m" } })).notices).toEqual([]);
    },
  );

  it("hold as long as asked for a model that nothing is known of but that it takes them", async () => {
    const settings = { available_models: [{ name: "own", max_tokens: 1000, cache_configuration: {} }] };
    const { body } = await ask({ ...change, model: "own", gatewayOptions: { cacheTtl: "1h" } }, { settings });
    expect(body.system).toEqual([{ text: "Be short." }, { cachePoint: { type: "default", ttl: "1h" } }]);
  });
});

describe("what only Bedrock knows", () => {
  it("goes out in its own fields", async () => {
    const { body } = await ask({
      gatewayOptions: {
        additionalModelRequestFields: { top_k: 5 },
        additionalModelResponseFieldPaths: ["/stop_sequence"],
        serviceTier: "flex",
        latency: "optimized",
        requestMetadata: { team: "core" },
        anthropicBeta: ["context-1m-2025-08-07"],
      },
    });
    expect(body).toEqual({
      messages: [{ role: "user", content: [{ text: "Hello" }] }],
      additionalModelRequestFields: { anthropic_beta: ["context-1m-2025-08-07"], top_k: 5 },
      additionalModelResponseFieldPaths: ["/stop_sequence"],
      serviceTier: { type: "flex" },
      performanceConfig: { latency: "optimized" },
      requestMetadata: { team: "core" },
    });
  });

  it("wins as a field of the model's over what the plugin sets, and a request's over the settings'", async () => {
    const additional_model_request_fields = { top_k: 1, thinking: { type: "enabled" } };
    const model = { name: "own", max_tokens: 1000, base_model: "anthropic.claude-opus-5", service_tier: "priority" };
    const settings = { available_models: [{ ...model, latency: "standard", additional_model_request_fields }] };
    const options = { additionalModelRequestFields: { top_k: 2 }, serviceTier: "default" };
    const { body } = await ask({ model: "own", gatewayOptions: options, reasoning: { effort: "low" } }, { settings });
    expect(body.additionalModelRequestFields).toEqual({
      thinking: { type: "enabled", display: "summarized" },
      output_config: { effort: "low" },
      top_k: 2,
    });
    expect(body.serviceTier).toEqual({ type: "default" });
    expect(body.performanceConfig).toEqual({ latency: "standard" });
  });

  it("has Anthropic's betas together, whichever way they are asked for, each once", async () => {
    const additional_model_request_fields = { anthropic_beta: ["b", "a"] };
    const model = { name: `us.${claude}`, max_tokens: 1000, additional_model_request_fields };
    const ofSettings = await ask(
      { gatewayOptions: { anthropicBeta: ["a"] } },
      { settings: { available_models: [model] } },
    );
    expect(ofSettings.body.additionalModelRequestFields).toEqual({ anthropic_beta: ["a", "b"] });
    const options = { anthropicBeta: ["a"], additionalModelRequestFields: { anthropic_beta: ["b"] } };
    expect((await ask({ gatewayOptions: options })).body.additionalModelRequestFields).toEqual({
      anthropic_beta: ["a", "b"],
    });
  });

  it("may have a model think, which then takes no temperature either", async () => {
    const thinking = { type: "enabled", budget_tokens: 2000 };
    const options = { additionalModelRequestFields: { thinking } };
    const { body, notices } = await ask({ gatewayOptions: options, temperature: 0.3 });
    expect(body.additionalModelRequestFields).toEqual({ thinking });
    expect(body.inferenceConfig).toBeUndefined();
    expect(notices).toEqual([
      "temperature-dropped: While it thinks, this model takes no temperature: it was left out.",
    ]);
    const not = { additionalModelRequestFields: { thinking: { type: "disabled" } } };
    expect((await ask({ gatewayOptions: not, temperature: 0.3 })).body.inferenceConfig).toEqual({ temperature: 0.3 });
  });

  it("is refused where it is misspelt", async () => {
    await expect(ask({ gatewayOptions: { serviceTeer: "flex" } })).rejects.toMatchObject({
      code: "invalid-request",
      message: expect.stringContaining('Did you mean "serviceTier"?') as string,
    });
  });
});

describe("a guardrail", () => {
  const arn = "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc123";

  it("of the settings is applied to every request, and tells what it assessed", async () => {
    const { body } = await ask({}, { settings: { guardrail_identifier: arn } });
    expect(body.guardrailConfig).toEqual({ guardrailIdentifier: arn, guardrailVersion: "DRAFT", trace: "enabled" });
  });

  it("has the version, trace and mode of the settings", async () => {
    const settings = {
      guardrail_identifier: "abc123",
      guardrail_version: "3",
      guardrail_trace: "disabled",
      guardrail_stream_mode: "async",
    };
    const guardrail = { guardrailIdentifier: "abc123", guardrailVersion: "3", trace: "disabled" };
    expect((await ask({}, { settings })).body.guardrailConfig).toEqual({ ...guardrail, streamProcessingMode: "async" });
    // What comes whole has no stream to process.
    expect((await ask({ gatewayOptions: { streaming: false } }, { settings })).body.guardrailConfig).toEqual(guardrail);
  });

  it("may be a request's own where the settings have none", async () => {
    const guardrail = { identifier: "abc123", version: "2", streamMode: "sync" };
    expect((await ask({ gatewayOptions: { guardrail } })).body.guardrailConfig).toEqual({
      guardrailIdentifier: "abc123",
      guardrailVersion: "2",
      trace: "enabled",
      streamProcessingMode: "sync",
    });
  });

  it("of the settings cannot be lifted or loosened by a request", async () => {
    const settings = { guardrail_identifier: arn, guardrail_version: "3", guardrail_stream_mode: "sync" };
    const own = { identifier: arn, version: "DRAFT", streamMode: "async" };
    expect((await ask({ gatewayOptions: { guardrail: own } }, { settings })).body.guardrailConfig).toEqual({
      guardrailIdentifier: arn,
      guardrailVersion: "3",
      trace: "enabled",
      streamProcessingMode: "sync",
    });
    await using opened = open({ origin: "http://127.0.0.1:9" }, { settings });
    const error = await refused(opened.gateway, { gatewayOptions: { guardrail: { identifier: "other" } } });
    expect(error.code).toBe("invalid-request");
    expect(error.message).toBe(
      'Gateway "amazon-bedrock": the settings apply a guardrail to every request; a request cannot choose another.',
    );
  });
});

describe("custom headers", () => {
  it("are sent and signed; those that are the program's own are left out, with a notice", async () => {
    await using opened = open(undefined, {
      settings: {
        custom_headers: { "X-Team": "core", Authorization: "x", "x amz": "y", "x-bad": "é", Expect: "100-continue" },
      },
    });
    expect(opened.notices.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'header-refused: The header "Authorization" in custom_headers was left out: it is set by the program itself.',
      'header-refused: The header "x amz" in custom_headers was left out: it is not the name of a header.',
      'header-refused: The header "x-bad" in custom_headers was left out: its value has characters that a signed header cannot have.',
      'header-refused: The header "Expect" in custom_headers was left out: it belongs to the connection, which the program manages itself.',
    ]);
    const { request } = await ask({}, { settings: { custom_headers: { "X-Team": "core" } } });
    expect(request.headers["x-team"]).toBe("core");
    expect(request.headers.authorization).toMatch(/SignedHeaders=[^,]*;x-team,/);
  });
});
