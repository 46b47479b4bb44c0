import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ModelEvent, run } from "@waygate/core";
import { recordingsFolder } from "@waygate/recordings";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { awsHome } from "./aws-files.ts";
import { type OnHost, onHost } from "./on-host.ts";
import { hello } from "./open.ts";

/** The examples of Zed's page on gateways, to the letter. */
const namedProfile = `{
"language_models": {
"bedrock": {
"authentication_method": "named_profile",
"region": "your-aws-region",
"profile": "your-profile-name"
}
}
}`;
const apiKey = `{
"language_models": {
"bedrock": {
"authentication_method": "api_key",
"region": "your-aws-region"
}
}
}`;
const global = `{
"language_models": {
"bedrock": {
"authentication_method": "named_profile",
"region": "your-aws-region",
"profile": "your-profile-name",
"allow_global": true
}
}
}`;
const guardrail = `{
"language_models": {
"bedrock": {
"guardrail_identifier": "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc123",
"guardrail_version": "DRAFT"
}
}
}`;
/** The page has people enter keys and region by hand, so that nothing of theirs stands in the settings but the region. */
const staticCredentials = `{ "language_models": { "bedrock": { "region": "us-west-2" } } }`;

const sonnet = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const awsCredentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-a-real-secret" };
const credentials = `[your-profile-name]
aws_access_key_id = ${awsCredentials.accessKeyId}
aws_secret_access_key = ${awsCredentials.secretAccessKey}
`;
const hi = { role: "user", content: [{ text: "Hello" }] };

let simulator: Simulator;

beforeAll(async () => {
  // It stands for AWS in every region, also in the one that the page names, and refuses whatever is signed wrongly.
  simulator = await createSimulator({
    awsCredentials,
    apiKey: "a-bedrock-key",
    models: [`us.${sonnet}`, `global.${sonnet}`],
  });
});

beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

/** The settings file is the page's; that the simulator is AWS is said by one of the page's own variables. */
const opened = (settings: string) => onHost(settings, { ZED_AWS_ENDPOINT: simulator.url });

/** What one request carries. */
async function asks({ host, notices }: OnHost, words = "Hello") {
  const gateway = await host.gateway("amazon-bedrock");
  const messages = [{ role: "user", content: words }] as const;
  const { text } = await run({ gateway, model: "claude-sonnet-4-5", messages }).result();
  expect(text).not.toBe("");
  expect(notices).toEqual([]);
  const { path, headers, body } = simulator.requests.at(-1) ?? {};
  return { path, authorization: headers?.authorization, body };
}

const pathOf = (id: string) => `/v1/model/${encodeURIComponent(id)}/converse-stream`;
const signedIn = (region: string) =>
  expect.stringMatching(
    new RegExp(`^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\\d{8}/${region}/bedrock/aws4_request, SignedHeaders=`),
  ) as string;

describe("the examples of the page", () => {
  it("a named profile", async () => {
    await using _home = await awsHome({ credentials });
    await using there = await opened(namedProfile);
    expect(await asks(there)).toEqual({
      path: pathOf(`us.${sonnet}`),
      authorization: signedIn("your-aws-region"),
      body: { messages: [hi] },
    });
  });

  it("static credentials, entered by hand and kept by the key store", async () => {
    await using there = await opened(staticCredentials);
    await there.host.credentials.set("amazon-bedrock", awsCredentials.accessKeyId, "access_key_id");
    await there.host.credentials.set("amazon-bedrock", awsCredentials.secretAccessKey, "secret_access_key");
    expect(await asks(there)).toEqual({
      path: pathOf(`us.${sonnet}`),
      authorization: signedIn("us-west-2"),
      body: { messages: [hi] },
    });
  });

  it("a Bedrock API key, entered by hand and kept by the key store", async () => {
    await using there = await opened(apiKey);
    await there.host.credentials.set("amazon-bedrock", "a-bedrock-key", "bearer_token");
    expect(await asks(there)).toEqual({
      path: pathOf(`us.${sonnet}`),
      authorization: "Bearer a-bedrock-key",
      body: { messages: [hi] },
    });
    expect(await readFile(there.settingsFile, "utf8")).toBe(apiKey);
  });

  it("global inference profiles", async () => {
    await using _home = await awsHome({ credentials });
    await using there = await opened(global);
    expect(await asks(there)).toEqual({
      path: pathOf(`global.${sonnet}`),
      authorization: signedIn("your-aws-region"),
      body: { messages: [hi] },
    });
  });

  it("a guardrail on every call, which shows where it intervenes", async () => {
    const env = {
      ZED_AWS_ENDPOINT: simulator.url,
      ZED_ACCESS_KEY_ID: awsCredentials.accessKeyId,
      ZED_SECRET_ACCESS_KEY: awsCredentials.secretAccessKey,
    };
    await using there = await onHost(guardrail, env);
    expect(await asks(there)).toEqual({
      path: pathOf(`us.${sonnet}`),
      authorization: signedIn("us-east-1"),
      body: {
        messages: [hi],
        guardrailConfig: {
          guardrailIdentifier: "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc123",
          guardrailVersion: "DRAFT",
          trace: "enabled",
        },
      },
    });
    const gateway = await there.host.gateway("amazon-bedrock");
    const messages = [{ role: "user", content: [{ type: "text", text: "Tell me what is forbidden." }] }] as const;
    const events: ModelEvent[] = [];
    for await (const batch of gateway.stream(hello({ model: "claude-sonnet-4-5", messages }))) events.push(...batch);
    expect(events.filter(({ type }) => type === "notice")).toEqual([
      {
        type: "notice",
        code: "guardrail-assessment",
        message: "What was assessed: guardrail abc123 on the input: topic Forbidden blocked. Guardrail blocked.",
      },
    ]);
    expect(events.at(-1)).toEqual({ type: "finish", reason: "guardrail", raw: "guardrail_intervened" });
  });
});

describe("the page's variables", () => {
  it("are all it takes, where the settings say nothing", async () => {
    const env = {
      ZED_ACCESS_KEY_ID: awsCredentials.accessKeyId,
      ZED_SECRET_ACCESS_KEY: awsCredentials.secretAccessKey,
      ZED_AWS_REGION: "us-west-2",
      ZED_AWS_ENDPOINT: simulator.url,
    };
    await using there = await onHost("{}", env);
    expect((await asks(there)).authorization).toEqual(signedIn("us-west-2"));
  });

  it("are read under this project's prefix first, and an empty one masks nothing", async () => {
    const env = {
      WAYGATE_ACCESS_KEY_ID: "",
      ZED_ACCESS_KEY_ID: awsCredentials.accessKeyId,
      WAYGATE_SECRET_ACCESS_KEY: awsCredentials.secretAccessKey,
      ZED_SECRET_ACCESS_KEY: "another",
      WAYGATE_BEDROCK_BEARER_TOKEN: "",
      ZED_BEDROCK_BEARER_TOKEN: "",
      WAYGATE_AWS_REGION: "eu-west-1",
      ZED_AWS_REGION: "us-west-2",
      WAYGATE_AWS_ENDPOINT: simulator.url,
      ZED_AWS_ENDPOINT: "http://127.0.0.1:9",
    };
    await using there = await onHost("{}", env);
    expect((await asks(there)).authorization).toEqual(signedIn("eu-west-1"));
  });
});

const folder = recordingsFolder();
const page = folder === undefined ? undefined : join(folder, "..", "seed", "use-a-gateway.txt");
const there = page !== undefined && existsSync(page) ? page : undefined;

it.skipIf(there === undefined)(
  "the examples stand on the page as they stand here (skipped where it is not)",
  async () => {
    const text = await readFile(there ?? "", "utf8");
    for (const example of [namedProfile, apiKey, global, guardrail]) expect(text).toContain(example);
  },
);
