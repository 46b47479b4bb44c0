import type { Model } from "@waygate/core";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { knownModels } from "../src/models/known-models.ts";
import { claude, collect, keys, type Opening, open, refused } from "./open.ts";
import { json, type Reply, refuses, type Service, says, startService, until } from "./service.ts";

const own = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc";
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-a-real-secret" };
const signal = new AbortController().signal;
const byId = (models: readonly Model[], id: string) => models.find((model) => model.id === id);

describe("models that AWS lists", () => {
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await createSimulator({
      awsCredentials: credentials,
      models: [
        `eu.${claude}`,
        `global.${claude}`,
        "global.anthropic.claude-opus-5",
        { id: "acme.small-v1", name: "Acme Small" },
        {
          id: own,
          name: "Team brain",
          extra: { models: [{ modelArn: `arn:aws:bedrock:eu-west-1::foundation-model/${claude}` }] },
        },
      ],
    });
  });

  afterAll(() => simulator.close());

  const opened = (opening: Opening = {}) =>
    open(undefined, {
      ...opening,
      settings: { endpoint_url: simulator.url, region: "eu-west-1", ...opening.settings },
    });

  it("are those that can be called from the region, under the names that people use", async () => {
    await using there = opened();
    const models = await there.gateway.models({ signal });
    expect(models.map(({ id, name }) => [id, name])).toEqual([
      ["claude-sonnet-4-5", "Claude Sonnet 4.5"],
      ["acme.small-v1", "Acme Small"],
      [own, "Team brain"],
    ]);
    expect(byId(models, "claude-sonnet-4-5")).toEqual({
      id: "claude-sonnet-4-5",
      name: "Claude Sonnet 4.5",
      contextWindow: 200_000,
      maxOutputTokens: 64_000,
      constraints: { prefill: "trimmed", reasoningAtEnd: "rejected", toolResultMedia: "if-successful" },
      capabilities: {
        tools: true,
        images: true,
        files: true,
        reasoning: true,
        toolChoice: true,
        structuredOutput: true,
      },
      origin: {
        id: "gateway",
        name: "gateway",
        contextWindow: "default",
        maxOutputTokens: "default",
        "capabilities.tools": "default",
        "capabilities.toolChoice": "default",
        "capabilities.images": "gateway",
        "capabilities.files": "default",
        "capabilities.reasoning": "default",
        "capabilities.structuredOutput": "default",
      },
    });
    // What the profile leads to decides what it can do.
    expect(byId(models, own)).toMatchObject({ contextWindow: 200_000, capabilities: { reasoning: true } });
  });

  it("decide, behind a profile of one's own, how much can be thought", async () => {
    await using there = opened();
    await collect(there.gateway, { model: own, reasoning: { budgetTokens: 100_000 } });
    expect(simulator.requests.at(-1)?.body).toMatchObject({
      additionalModelRequestFields: { thinking: { budget_tokens: 63_999 } },
    });
  });

  it("are more where global profiles are allowed", async () => {
    await using there = opened({ settings: { allow_global: true } });
    const models = await there.gateway.models({ signal });
    expect(models.map(({ id }) => id)).toEqual(["claude-sonnet-4-5", "claude-opus-5", "acme.small-v1", own]);
  });

  it("decide how a model is called, over the table", async () => {
    await using there = opened();
    await collect(there.gateway, { model: "claude-sonnet-4-5" });
    expect(simulator.requests.at(-1)?.path).toBe(`/v1/model/${encodeURIComponent(`eu.${claude}`)}/converse-stream`);
    // The table knows of an EU profile of this one, and the simulator of none.
    const error = await refused(there.gateway, { model: "claude-opus-5" });
    expect(error.code).toBe("model-unavailable-in-region");
    expect(error.message).toMatch(
      /as AWS lists it\. From eu-west-1 it can only be called through the global inference profile/,
    );
    await collect(there.gateway, { model: "acme.small-v1" });
    expect(simulator.requests.at(-1)?.path).toBe("/v1/model/acme.small-v1/converse-stream");
  });

  it("are not asked for by a request that says outright what is meant", async () => {
    await using there = opened();
    simulator.reset();
    await collect(there.gateway, { model: `eu.${claude}` });
    expect(simulator.requests.map(({ method }) => method)).toEqual(["POST"]);
  });

  it("are asked for once, and again where that is wanted", async () => {
    await using there = opened();
    simulator.reset();
    const lists = () => simulator.requests.filter(({ method }) => method === "GET").length;
    await Promise.all([there.gateway.models({ signal }), there.gateway.models({ signal })]);
    await collect(there.gateway, { model: "claude-sonnet-4-5" });
    expect(lists()).toBe(3);
    await there.gateway.models({ signal, refresh: true });
    expect(lists()).toBe(6);
  });

  it("are not asked for where the settings say so", async () => {
    await using there = opened({ settings: { discover_models: false } });
    simulator.reset();
    const models = await there.gateway.models({ signal });
    expect(simulator.requests).toEqual([]);
    expect(models.map(({ id }) => id)).toContain("claude-opus-5");
    expect(models.map(({ id }) => id)).not.toContain("claude-opus-4-1");
  });

  it("that are profiles of the account's own are looked behind, once", async () => {
    await using there = opened();
    simulator.reset();
    for (let count = 0; count < 2; count++) {
      await collect(there.gateway, { model: own, reasoning: { budgetTokens: 2000 } });
    }
    const asked = simulator.requests.filter(({ method }) => method === "GET").map(({ path }) => path);
    expect(asked).toEqual([`/v1/inference-profiles/${encodeURIComponent(own)}`]);
    expect(simulator.requests.at(-1)?.body).toMatchObject({
      additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 2000 } },
    });
  });

  it("are joined by those of the settings, which know better", async () => {
    const available_models = [
      { name: "claude-sonnet-4-5", display_name: "Our Claude", max_tokens: 50_000, supports_images: false },
      { name: "acme.own-v1", max_tokens: 9000, max_output_tokens: 500, supports_tools: false, thinking: true },
      { name: own, max_tokens: 60_000, base_model: "amazon.nova-pro-v1:0" },
    ];
    await using there = opened({ settings: { available_models } });
    const models = await there.gateway.models({ signal });
    expect(models.map(({ id }) => id)).toEqual(["claude-sonnet-4-5", "acme.small-v1", own, "acme.own-v1"]);
    expect(byId(models, "claude-sonnet-4-5")).toMatchObject({
      name: "Our Claude",
      contextWindow: 50_000,
      maxOutputTokens: 64_000,
      capabilities: { tools: true, images: false, reasoning: true },
      origin: {
        id: "settings",
        name: "settings",
        contextWindow: "settings",
        maxOutputTokens: "default",
        "capabilities.tools": "default",
        "capabilities.images": "settings",
      },
    });
    expect(byId(models, "acme.own-v1")).toEqual({
      id: "acme.own-v1",
      constraints: {},
      name: "acme.own-v1",
      contextWindow: 9000,
      maxOutputTokens: 500,
      capabilities: { tools: false, reasoning: true },
      origin: {
        id: "settings",
        name: "default",
        contextWindow: "settings",
        maxOutputTokens: "settings",
        "capabilities.tools": "settings",
        "capabilities.reasoning": "settings",
      },
    });
    // Known without asking anybody, and held to.
    expect(there.gateway.capabilitiesOf("acme.own-v1")).toMatchObject({ tools: false, images: true });
    const tools = [{ name: "look", description: "", parameters: { type: "object" } }];
    expect((await refused(there.gateway, { model: "acme.own-v1", tools })).code).toBe("unsupported");
    // A short name of the settings is still called through its profile.
    await collect(there.gateway, { model: "claude-sonnet-4-5" });
    expect(simulator.requests.at(-1)?.path).toContain(encodeURIComponent(`eu.${claude}`));
  });
});

describe("models that AWS does not list", () => {
  let service: Service;
  let listing: Reply;

  beforeAll(async () => {
    service = await startService((response, request) => {
      return (request.method === "GET" ? listing : says("Hi"))(response, request);
    });
  });

  afterAll(() => service[Symbol.asyncDispose]());

  const opened = () => open(undefined, { settings: { endpoint_url: service.origin, region: "eu-west-1" } });
  const denied = refuses(
    403,
    "AccessDeniedException",
    "User: x is not authorized to perform: bedrock:ListFoundationModels",
  );

  it("because it may not be asked are the table's, with a notice; requests go on", async () => {
    listing = denied;
    await using there = opened();
    const models = await there.gateway.models({ signal });
    expect(models.length).toBeGreaterThan(20);
    expect(byId(models, "claude-opus-5")).toBeDefined();
    expect(there.notices.map(({ code }) => code)).toEqual(["listing-unavailable"]);
    expect(there.notices[0]?.message).toMatch(
      /The missing permission is bedrock:ListFoundationModels\..* The built-in table of \d{4}-\d\d-\d\d is shown in its place\.$/,
    );
    await collect(there.gateway, { model: "claude-opus-5" });
    const ways = () => service.received.map(({ method, path }) => (method === "GET" ? "list" : path));
    // Three lists were asked for, once.
    await until(() => ways().filter((way) => way === "list").length === 3);
    await collect(there.gateway, { model: "claude-opus-5" });
    expect(ways().filter((way) => way !== "list")).toEqual([
      "/model/eu.anthropic.claude-opus-5/converse-stream",
      "/model/eu.anthropic.claude-opus-5/converse-stream",
    ]);
    // What was refused is not asked at every request.
    expect(ways().filter((way) => way === "list")).toHaveLength(3);
  });

  it("because the network does not lead to them are not asked for by every request, but by whoever wants them", async () => {
    listing = (response) => void response.destroy();
    await using there = opened();
    const lists = () => service.received.filter(({ method }) => method === "GET").length;
    await collect(there.gateway, { model: "claude-opus-5" });
    await until(() => lists() >= 3);
    const asked = lists();
    for (let count = 0; count < 3; count++) await collect(there.gateway, { model: "claude-opus-5" });
    expect(lists()).toBe(asked);
    await expect(there.gateway.models({ signal })).rejects.toMatchObject({ code: "connection" });
    expect(lists()).toBeGreaterThan(asked);
  });

  it("are told of once by a request that needed them", async () => {
    listing = denied;
    await using there = opened();
    for (let count = 0; count < 2; count++) await collect(there.gateway, { model: "claude-opus-5" });
    expect(there.notices.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      expect.stringMatching(
        /^listing-unavailable: AWS does not list its models and inference profiles \(AccessDeniedException\); the built-in table of .* is used\. Allow bedrock:ListFoundationModels, bedrock:ListInferenceProfiles and bedrock:GetInferenceProfile, or set "discover_models" to false\.$/,
      ),
    ]);
  });

  it("because the credentials are wrong are no word worth: the request itself says what is wrong", async () => {
    const wrong = refuses(403, "UnrecognizedClientException", "The security token included in the request is invalid.");
    listing = wrong;
    await using there = opened();
    service.queue(wrong, wrong, wrong, wrong);
    expect((await refused(there.gateway, { model: "claude-opus-5" })).code).toBe("authentication");
    expect(there.notices).toEqual([]);
  });

  it("because the credentials are wrong are an error", async () => {
    listing = refuses(403, "UnrecognizedClientException", "The security token included in the request is invalid.");
    await using there = opened();
    await expect(there.gateway.models({ signal })).rejects.toMatchObject({ code: "authentication" });
    await using without = open(undefined, { env: {}, settings: { endpoint_url: service.origin } });
    await expect(without.gateway.models({ signal })).rejects.toMatchObject({ code: "credentials" });
  });

  it("come in pages, all of which are read", async () => {
    const summary = (id: string) => ({
      inferenceProfileId: id,
      inferenceProfileName: id,
      inferenceProfileArn: `arn:aws:bedrock:eu-west-1:1:inference-profile/${id}`,
      models: [],
      status: "ACTIVE",
      type: "SYSTEM_DEFINED",
    });
    listing = (response, request) => {
      const { pathname, searchParams } = new URL(request.path, service.origin);
      if (pathname === "/foundation-models") {
        const modelSummaries = ["acme.a-v1", "acme.b-v1", "acme.picture-v1"].map((modelId) => ({
          modelId,
          modelArn: "x",
          outputModalities: [modelId.includes("picture") ? "IMAGE" : "TEXT"],
          inferenceTypesSupported: [],
        }));
        return json({ modelSummaries })(response, request);
      }
      const second = searchParams.get("nextToken") === "more";
      if (searchParams.get("type") === "APPLICATION") return json({ inferenceProfileSummaries: [] })(response, request);
      return json({
        inferenceProfileSummaries: [summary(second ? "eu.acme.b-v1" : "eu.acme.a-v1")],
        ...(!second && { nextToken: "more" }),
      })(response, request);
    };
    await using there = opened();
    expect((await there.gateway.models({ signal })).map(({ id }) => id)).toEqual(["acme.a-v1", "acme.b-v1"]);
  });
});

describe("a model that AWS lists under several profiles", () => {
  it.each([
    ["ap-southeast-2", "apac", "au"],
    ["ap-northeast-1", "apac", "jp"],
    ["ca-central-1", "us", "ca"],
  ])("stays in the country where %s has %s and %s", async (region, wide, narrow) => {
    await using aws = await createSimulator({
      awsCredentials: credentials,
      models: [`${wide}.${claude}`, `${narrow}.${claude}`],
    });
    await using there = open(undefined, { settings: { endpoint_url: aws.url, region } });
    await collect(there.gateway, { model: "claude-sonnet-4-5" });
    expect(aws.requests.at(-1)?.path).toBe(`/v1/model/${encodeURIComponent(`${narrow}.${claude}`)}/converse-stream`);
  });
});

describe("a listing that has grown old", () => {
  const hour = 60 * 60_000;
  const profiles = [
    {
      inferenceProfileId: "eu.acme.a-v1",
      inferenceProfileName: "A",
      inferenceProfileArn: "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.acme.a-v1",
      models: [],
      status: "ACTIVE",
      type: "SYSTEM_DEFINED",
    },
  ];
  const lists: Reply = (response, request) => {
    const found = request.path.startsWith("/foundation-models")
      ? { modelSummaries: [] }
      : { inferenceProfileSummaries: request.path.includes("APPLICATION") ? [] : profiles };
    return json(found)(response, request);
  };
  const never: Reply = () => undefined;
  const refusal = refuses(403, "AccessDeniedException", "no");

  afterEach(() => void vi.useRealTimers());

  it.each([
    ["is there goes on counting while it is renewed", lists, never, "eu.acme.a-v1"],
    ["is there goes on counting where AWS does not list any more", lists, refusal, "eu.acme.a-v1"],
    ["was refused is asked for again in the background", refusal, never, "acme.a-v1"],
  ] as const)("that %s, and holds up no request", async (_case, first, second, id) => {
    let listing: Reply = first;
    await using service = await startService((response, request) =>
      (request.method === "GET" ? listing : says("Hi"))(response, request),
    );
    await using there = open(undefined, { settings: { endpoint_url: service.origin, region: "eu-west-1" } });
    await collect(there.gateway, { model: "acme.a-v1" });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * hour });
    listing = second;
    const begun = performance.now();
    await collect(there.gateway, { model: "acme.a-v1" });
    // It was asked for anew, once.
    await until(() => service.received.filter(({ method }) => method === "GET").length === 6);
    await collect(there.gateway, { model: "acme.a-v1" });
    // Half of what a first request would wait.
    expect(performance.now() - begun).toBeLessThan(2_500);
    const asked = service.received.filter(({ method }) => method === "POST").map(({ path }) => path);
    expect(asked).toEqual(asked.map(() => `/model/${id}/converse-stream`));
    expect(service.received.filter(({ method }) => method === "GET")).toHaveLength(6);
  });
});

describe("a profile of the account's own", () => {
  const model = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abcdefghijkl";
  const hour = 60 * 60_000;
  const leads = json({ models: [{ modelArn: `arn:aws:bedrock:eu-west-1::foundation-model/${claude}` }] });
  const throttled = refuses(429, "ThrottlingException", "Too many requests");

  afterEach(() => void vi.useRealTimers());

  it.each([
    ["leads where it did, whatever becomes of the list", [leads], 1],
    ["is looked behind again where that was refused", [throttled, throttled, throttled, leads], 4],
  ] as const)("%s", async (_case, answers, times) => {
    const left = [...answers];
    await using service = await startService((response, request) =>
      (request.method === "GET" ? (left.shift() ?? throttled) : says("Hi"))(response, request),
    );
    await using there = open(undefined, { settings: { endpoint_url: service.origin, region: "eu-west-1" } });
    const change = { model, reasoning: { effort: "low" } } as const;
    await collect(there.gateway, change);
    for (let later = 2; later < 5; later++) {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + later * hour });
      await collect(there.gateway, change);
    }
    expect(service.received.filter(({ method }) => method === "GET")).toHaveLength(times);
    expect(service.received.at(-1)?.body).toMatchObject({
      additionalModelRequestFields: { thinking: { type: "enabled" } },
    });
  });
});

describe("what is known of a model without asking", () => {
  it.each([
    ["claude-opus-5", "Claude Opus 5"],
    ["anthropic.claude-opus-5", "Claude Opus 5"],
    ["eu.anthropic.claude-opus-5", "Claude Opus 5 (eu)"],
    ["arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-5", "Claude Opus 5 (ARN)"],
    ["us.anthropic.claude-3-7-sonnet-20250219-v1:0", "us.anthropic.claude-3-7-sonnet-20250219-v1:0"],
  ])("%s is %s", async (id, name) => {
    await using there = open(undefined, { env: keys });
    expect(there.gateway.model?.(id)).toMatchObject({ id, name, capabilities: { reasoning: true } });
  });

  it("is the same under a short name as under AWS's own", async () => {
    await using there = open(undefined, { env: keys });
    for (const { id, modelId } of knownModels) {
      expect([id, there.gateway.capabilitiesOf(id)]).toEqual([id, there.gateway.capabilitiesOf(modelId)]);
    }
    expect(there.gateway.capabilitiesOf("nova-pro")).toMatchObject({ reasoning: false, structuredOutput: false });
  });

  it("is nothing for a name that says nothing", async () => {
    await using there = open(undefined, { env: keys });
    expect(there.gateway.model?.("my-endpoint")).toBeUndefined();
    expect(there.gateway.capabilitiesOf("my-endpoint")).toEqual(there.gateway.capabilities);
  });
});
