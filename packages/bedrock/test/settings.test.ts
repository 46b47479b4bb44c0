import { writeFile } from "node:fs/promises";
import bedrock from "@waygate/bedrock";
import { createRegistry, formatPath, type RegistryNotice } from "@waygate/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsHome } from "./aws-files.ts";
import { onHost } from "./on-host.ts";
import { claude, collect, hello, keys, open } from "./open.ts";
import {
  delta,
  end,
  metadata,
  type Service,
  start,
  startService,
  stop,
  stream,
  streamHeaders,
  until,
} from "./service.ts";

function checked(settings: unknown) {
  const notices: RegistryNotice[] = [];
  const registry = createRegistry({
    plugins: [bedrock],
    settings: { bedrock: settings },
    onNotice: (notice) => notices.push(notice),
  });
  const [entry] = registry.gateways();
  return { entry, notices, issues: entry?.issues.map(({ path, message }) => `${formatPath(path)}: ${message}`) };
}

const model = { name: "own", max_tokens: 1000 };

describe("settings", () => {
  it("of Zed's are taken as they are", () => {
    const { entry, notices } = checked({
      authentication_method: "sso",
      profile: "dev",
      region: "eu-west-1",
      allow_global: true,
      endpoint_url: "https://gateway.example.com/bedrock",
      guardrail_identifier: "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc123",
      guardrail_version: "DRAFT",
      custom_headers: { "X-Team": "core" },
      available_models: [
        {
          name: "us.anthropic.some-model-v1:0",
          display_name: "Some",
          max_tokens: 200_000,
          max_output_tokens: 64_000,
          default_temperature: 1,
          mode: { type: "thinking", budget_tokens: 4096 },
          cache_configuration: { max_cache_anchors: 4, should_speculate: true, min_total_token: 1024 },
        },
      ],
    });
    expect(entry).toMatchObject({
      id: "amazon-bedrock",
      name: "Amazon Bedrock",
      plugin: "amazon-bedrock",
      state: "ready",
      issues: [],
      address: "https://gateway.example.com/bedrock",
    });
    expect(notices).toEqual([]);
  });

  it("may be null where they are not set, as Zed has it", () => {
    const nothing = { authentication_method: null, profile: null, endpoint_url: null, custom_headers: null };
    const own = { ...model, display_name: null, mode: { type: "thinking", budget_tokens: null } };
    const { entry, notices } = checked({ ...nothing, region: "eu-west-1", available_models: [own] });
    expect(entry).toMatchObject({ state: "ready", issues: [] });
    expect(notices).toEqual([]);
  });

  it("may be none at all", () => {
    expect(checked(undefined).entry).toMatchObject({ state: "ready", address: "https://amazonaws.com" });
    expect(checked({}).entry).toMatchObject({ state: "ready" });
  });

  it.each([
    [{ authentication_method: "magic" }, "authentication_method: must be one of named_profile, sso, api_key, default"],
    [{ profile: "" }, "profile: must be the name of a profile of your AWS configuration"],
    [{ region: "EU (Ireland)" }, "region: is not the name of a region"],
    [{ region: "evil.example.com#" }, "region: is not the name of a region"],
    [{ endpoint_url: "gateway" }, "endpoint_url: is not a URL, such as https://host/path"],
    [
      { endpoint_url: "http://gateway.example.com" },
      "endpoint_url: must begin with https://: http:// is for this machine and private networks only",
    ],
    [{ endpoint_url: "https://user:pass@host" }, "endpoint_url: must not hold a user name or a password"],
    [{ endpoint_url: "ftp://host" }, "endpoint_url: must begin with https://, not ftp://"],
    [{ allow_global: "yes" }, "allow_global: must be true or false"],
    [{ guardrail_trace: "all" }, "guardrail_trace: must be one of disabled, enabled, enabled_full"],
    [{ custom_headers: { a: 1 } }, "custom_headers.a: must be text"],
    [{ available_models: {} }, "available_models: must be a list of models"],
    [{ available_models: [{ name: "x" }] }, "available_models[0].max_tokens: is missing, but required"],
    [{ available_models: [{ max_tokens: 1 }] }, "available_models[0].name: is missing, but required"],
    [{ available_models: [{ ...model, max_tokens: 0 }] }, "available_models[0].max_tokens: must be at least 1"],
    [
      { available_models: [{ ...model, default_temperature: 2 }] },
      "available_models[0].default_temperature: must be 1 at most, as Bedrock has it",
    ],
    [
      { available_models: [{ ...model, thinking: "much" }] },
      "available_models[0].thinking: must be true, false, or an object with adaptive, has_xhigh or budget_tokens",
    ],
    [
      { available_models: [{ ...model, mode: { type: "deep" } }] },
      'available_models[0].mode.type: must be an object whose "type" is default, thinking or adaptive',
    ],
    ["all", "must be an object"],
  ])("that are wrong say where and what: %j", (settings, issue) => {
    const { entry, issues } = checked(settings);
    expect(entry?.state).toBe("refused");
    expect(issues).toEqual([issue.includes(": ") ? `bedrock.${issue}` : `bedrock: ${issue}`]);
  });

  it("that are misspelt are told, and do no harm", () => {
    const { entry, notices } = checked({ guardrail_identifer: "abc", available_models: [{ ...model, max_token: 1 }] });
    expect(entry?.state).toBe("ready");
    expect(notices.map(({ path, message }) => `${formatPath(path ?? [])}: ${message}`)).toEqual([
      'bedrock.guardrail_identifer: Unknown key "guardrail_identifer", which has no effect. Did you mean "guardrail_identifier"?',
      'bedrock.available_models[0].max_token: Unknown key "max_token", which has no effect. Did you mean "max_tokens"?',
    ]);
  });

  it("for Mantle's models say where these are to be had", async () => {
    await using opened = open(undefined, { settings: { mantle_available_models: [{ name: "x" }] } });
    expect(opened.notices.map(({ code }) => code)).toEqual(["mantle-not-served"]);
    expect(opened.notices[0]?.message).toContain("https://bedrock-mantle.REGION.api.aws/openai/v1");
  });
});

describe("settings that change", () => {
  let service: Service;

  beforeAll(async () => {
    service = await startService();
  });

  afterAll(() => service[Symbol.asyncDispose]());

  it("apply to the next request, while an answer under way goes on", async () => {
    const settings = { endpoint_url: service.origin, discover_models: false };
    await using opened = open(undefined, { settings, env: keys });
    let go = () => {};
    service.queue(async (response) => {
      response.writeHead(200, streamHeaders).write(stream(start, delta({ text: "One" })));
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      response.end(stream(stop(), end("end_turn"), metadata));
    });
    const types: string[] = [];
    for await (const batch of opened.gateway.stream(hello())) {
      types.push(...batch.map(({ type }) => type));
      if (!types.includes("text-delta") || types.includes("finish")) continue;
      opened.registry.reload({
        bedrock: { ...settings, region: "eu-west-1", guardrail_identifier: "abc", custom_headers: { "x-team": "new" } },
      });
      await collect(opened.registry.gateway("amazon-bedrock"), { model: `eu.${claude}` });
      go();
    }
    expect(types).toEqual(["response-start", "text-delta", "usage", "finish"]);
    const [first, second] = service.received;
    expect(first?.headers.authorization).toContain("/us-east-1/bedrock/");
    expect(second?.headers.authorization).toContain("/eu-west-1/bedrock/");
    expect(second?.headers["x-team"]).toBe("new");
    expect(second?.body).toMatchObject({ guardrailConfig: { guardrailIdentifier: "abc" } });
  });

  it("apply whichever they are: method, profile, region, endpoint, guardrail, models", async () => {
    await using _home = await awsHome({
      credentials:
        "[a]\naws_access_key_id=AKIDA\naws_secret_access_key=x\n[b]\naws_access_key_id=AKIDB\naws_secret_access_key=x\n",
    });
    await using other = await startService();
    const env = { ...keys, WAYGATE_BEDROCK_BEARER_TOKEN: "an-api-key" };
    const settings = { endpoint_url: service.origin, discover_models: false };
    await using opened = open(undefined, { settings, env });
    const next = async (change: Readonly<Record<string, unknown>>, model: string) => {
      opened.registry.reload({ bedrock: { ...settings, ...change } });
      service.received.length = 0;
      await collect(opened.registry.gateway("amazon-bedrock"), { model });
      const { headers, path, body } = [...service.received, ...other.received.splice(0)][0] ?? {};
      const signed = /Credential=([^/]+)\/\d+\/([^/]+)/
        .exec(headers?.authorization ?? "")
        ?.slice(1)
        .join(" ");
      return { who: signed ?? headers?.authorization, path, body };
    };
    const profile = { authentication_method: "named_profile", profile: "a" };
    const pathTo = (id: string) => `/model/${encodeURIComponent(id)}/converse-stream`;

    expect((await next({}, "claude-sonnet-4-5")).who).toBe("Bearer an-api-key");
    expect((await next(profile, "claude-sonnet-4-5")).who).toBe("AKIDA us-east-1");
    expect((await next({ ...profile, profile: "b" }, "claude-sonnet-4-5")).who).toBe("AKIDB us-east-1");
    expect(await next({ ...profile, region: "eu-west-3" }, "claude-sonnet-4-5")).toMatchObject({
      who: "AKIDA eu-west-3",
      path: pathTo(`eu.${claude}`),
    });
    expect((await next({ region: "eu-west-3", allow_global: true }, "claude-sonnet-4-5")).path).toBe(
      pathTo(`global.${claude}`),
    );
    expect((await next({ endpoint_url: `${other.origin}/proxy` }, "claude-sonnet-4-5")).path).toBe(
      `/proxy${pathTo(`us.${claude}`)}`,
    );
    expect(service.received).toEqual([]);
    expect((await next({ guardrail_identifier: "abc", guardrail_version: "2" }, "own")).body).toMatchObject({
      guardrailConfig: { guardrailIdentifier: "abc", guardrailVersion: "2" },
    });
    expect((await next({}, "own")).body).not.toHaveProperty("guardrailConfig");
    const available_models = [{ ...model, max_output_tokens: 77, service_tier: "flex" }];
    expect((await next({ available_models }, "own")).body).toMatchObject({
      inferenceConfig: { maxTokens: 77 },
      serviceTier: { type: "flex" },
    });
  });

  it("apply as soon as the file is saved", async () => {
    const file = (more: object) =>
      JSON.stringify({
        language_models: { bedrock: { endpoint_url: service.origin, discover_models: false, ...more } },
      });
    const text = file({ region: "us-west-2" });
    await using there = await onHost(text, keys, { watch: true });
    const gateway = await there.host.gateway("amazon-bedrock");
    const region = async () => {
      service.received.length = 0;
      await collect(gateway, { model: "own" });
      const [{ headers, body } = {}] = service.received;
      const guarded = body !== null && typeof body === "object" && "guardrailConfig" in body;
      return `${/\/([^/]+)\/bedrock\//.exec(headers?.authorization ?? "")?.[1]}${guarded ? ", guarded" : ""}`;
    };
    expect(await region()).toBe("us-west-2");
    // By the program, and by somebody's editor.
    await there.host.settings.set("language_models.bedrock.region", "eu-west-1");
    expect(await region()).toBe("eu-west-1");
    await writeFile(there.settingsFile, file({ region: "eu-west-3", guardrail_identifier: "abc" }));
    await until(() => there.host.settings.get("language_models.bedrock.guardrail_identifier") === "abc");
    expect(await region()).toBe("eu-west-3, guarded");
  });
});
