import bedrock from "@waygate/bedrock";
import { createRegistry, type ModelEvent, type RegistryNotice, run } from "@waygate/core";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsHome } from "./aws-files.ts";

const awsCredentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-a-real-secret" };
const sonnet = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const profileFile = `[your-profile-name]
aws_access_key_id = ${awsCredentials.accessKeyId}
aws_secret_access_key = ${awsCredentials.secretAccessKey}
`;

let simulator: Simulator;

beforeAll(async () => {
  // The settings of the page name a region that there is not: what it has, AWS is asked.
  simulator = await createSimulator({
    awsCredentials,
    apiKey: "a-bedrock-key",
    models: [`us.${sonnet}`, `global.${sonnet}`],
  });
});

afterAll(() => simulator.close());

/** Asks with settings as they stand on the page; only the environment says that the simulator is AWS. */
async function asks(settings: unknown, env: Readonly<Record<string, string>> = {}, text = "Hello") {
  simulator.reset();
  const variables: Readonly<Record<string, string>> = { ZED_AWS_ENDPOINT: simulator.url, ...env };
  const notices: RegistryNotice[] = [];
  await using registry = createRegistry({
    plugins: [bedrock],
    settings: (settings as { language_models: Record<string, unknown> }).language_models,
    credentials: ({ credential }) => credential.env.map((name) => variables[name]).find(Boolean),
    onNotice: (notice) => notices.push(notice),
  });
  const { gateway, model } = await registry.select({ provider: "amazon-bedrock", model: "claude-sonnet-4-5" });
  const events: ModelEvent[] = [];
  const running = run({ gateway, model, messages: [{ role: "user", content: text }] });
  const result = await running.result();
  for await (const batch of gateway.stream({
    model,
    messages: [{ role: "user", content: [{ type: "text", text }] }],
    tools: [],
    signal: new AbortController().signal,
  })) {
    events.push(...batch);
  }
  const { path, headers, body } = simulator.requests.at(-1) ?? {};
  return { result, events, notices, path, headers, body: body as Record<string, unknown> };
}

const pathOf = (id: string) => `/v1/model/${encodeURIComponent(id)}/converse-stream`;

describe("the examples of the seed page", () => {
  it("a named profile", async () => {
    await using _home = await awsHome({ credentials: profileFile });
    const settings = {
      language_models: {
        bedrock: {
          authentication_method: "named_profile",
          region: "your-aws-region",
          profile: "your-profile-name",
        },
      },
    };
    const { result, path, headers, notices } = await asks(settings);
    expect(result.text).not.toBe("");
    expect(path).toBe(pathOf(`us.${sonnet}`));
    expect(headers?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/your-aws-region\/bedrock\/aws4_request, /,
    );
    expect(notices).toEqual([]);
  });

  it("static credentials: access key ID, secret access key, and region", async () => {
    const { result, path, headers } = await asks(
      { language_models: {} },
      {
        ZED_ACCESS_KEY_ID: awsCredentials.accessKeyId,
        ZED_SECRET_ACCESS_KEY: awsCredentials.secretAccessKey,
        ZED_AWS_REGION: "us-west-2",
      },
    );
    expect(result.text).not.toBe("");
    expect(path).toBe(pathOf(`us.${sonnet}`));
    expect(headers?.authorization).toContain("/us-west-2/bedrock/aws4_request");
  });

  it("a Bedrock API key, which stands in no file", async () => {
    const settings = {
      language_models: {
        bedrock: {
          authentication_method: "api_key",
          region: "your-aws-region",
        },
      },
    };
    const { result, headers } = await asks(settings, { ZED_BEDROCK_BEARER_TOKEN: "a-bedrock-key" });
    expect(result.text).not.toBe("");
    expect(headers?.authorization).toBe("Bearer a-bedrock-key");
  });

  it("cross-region inference with global profiles", async () => {
    await using _home = await awsHome({ credentials: profileFile });
    const settings = {
      language_models: {
        bedrock: {
          authentication_method: "named_profile",
          region: "your-aws-region",
          profile: "your-profile-name",
          allow_global: true,
        },
      },
    };
    expect((await asks(settings)).path).toBe(pathOf(`global.${sonnet}`));
  });

  it("a guardrail on every call", async () => {
    const settings = {
      language_models: {
        bedrock: {
          guardrail_identifier: "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc123",
          guardrail_version: "DRAFT",
        },
      },
    };
    const env = {
      ZED_ACCESS_KEY_ID: awsCredentials.accessKeyId,
      ZED_SECRET_ACCESS_KEY: awsCredentials.secretAccessKey,
    };
    const { body, events } = await asks(settings, env, "Tell me what is forbidden.");
    expect(body.guardrailConfig).toEqual({
      guardrailIdentifier: "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc123",
      guardrailVersion: "DRAFT",
      trace: "enabled",
    });
    expect(events.filter(({ type }) => type === "notice")).toEqual([
      {
        type: "notice",
        code: "guardrail-assessment",
        message: "What was assessed: guardrail abc123 on the input: topic Forbidden blocked. Guardrail blocked.",
      },
    ]);
    expect(events.at(-1)).toEqual({ type: "finish", reason: "guardrail", raw: "guardrail_intervened" });
    expect((await asks(settings, env)).events.at(-1)).toMatchObject({ reason: "stop" });
  });
});
