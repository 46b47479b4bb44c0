import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSimulator, type Simulator } from "../src/index.ts";
import { converse, refusal, signed, user } from "./converse-client.ts";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-a-real-secret" };
const temporary = { ...credentials, sessionToken: "a-session-token" };
const minutes = (count: number) => new Date(Date.now() + count * 60_000);

describe("signatures", () => {
  let simulator: Simulator;
  let temporarily: Simulator;

  beforeAll(async () => {
    simulator = await createSimulator({ awsCredentials: credentials });
    temporarily = await createSimulator({
      awsCredentials: temporary,
      models: ["arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.a.b-v1:0"],
    });
  });

  afterAll(async () => {
    await simulator.close();
    await temporarily.close();
  });

  it("are taken where they fit, whatever is signed", async () => {
    expect((await signed(simulator, { credentials })).status).toBe(200);
    expect((await signed(simulator, { credentials, path: "/model/simulator/converse?a=b%20c&a=%2F" })).status).toBe(
      200,
    );
    expect((await signed(simulator, { credentials, date: minutes(-4) })).status).toBe(200);
    const arn = encodeURIComponent("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.a.b-v1:0");
    expect((await signed(temporarily, { credentials: temporary, path: `/model/${arn}/converse` })).status).toBe(200);
  });

  it.each([
    [{ credentials: { ...credentials, accessKeyId: "AKIDOTHER" } }, "UnrecognizedClientException: "],
    [{ credentials: { ...credentials, secretAccessKey: "other" } }, "InvalidSignatureException: The signature is not"],
    [{ credentials, date: minutes(-6) }, "InvalidSignatureException: Signature expired"],
    [{ credentials, date: minutes(6) }, "InvalidSignatureException: Signature not yet current"],
    [{ credentials, service: "s3" }, "InvalidSignatureException: Credential should be scoped"],
    [
      {
        credentials,
        tamper: (request) => Object.assign(request, { body: JSON.stringify({ messages: [user("bye")] }) }),
      },
      "InvalidSignatureException: The body is not",
    ],
    [
      { credentials, tamper: ({ headers }) => Reflect.deleteProperty(headers, "x-amz-content-sha256") },
      "InvalidSignatureException: The signature is not",
    ],
    [
      { credentials, tamper: ({ headers }) => Object.assign(headers, { "x-amz-extra": "1" }) },
      "InvalidSignatureException: These headers are to be signed too: x-amz-extra.",
    ],
    [
      { credentials, tamper: ({ headers }) => Object.assign(headers, { authorization: "AWS4-HMAC-SHA256 nonsense" }) },
      "IncompleteSignatureException: ",
    ],
    [
      { credentials, tamper: ({ headers }) => Reflect.deleteProperty(headers, "authorization") },
      "MissingAuthenticationTokenException: ",
    ],
  ] as readonly (readonly [Parameters<typeof signed>[1], string])[])(
    "are refused where they do not: %#",
    async (signing, words) => {
      expect(await refusal(await signed(simulator, signing))).toMatch(`403 ${words}`);
    },
  );

  it("need their session token", async () => {
    const path = "/model/a/converse";
    expect(await refusal(await signed(temporarily, { credentials, path }))).toMatch(
      "403 UnrecognizedClientException: The security token",
    );
    const other = { ...temporary, sessionToken: "other" };
    expect(await refusal(await signed(temporarily, { credentials: other, path }))).toMatch(
      "403 UnrecognizedClientException: The security token",
    );
  });

  it("are no bearer tokens", async () => {
    const response = await converse(simulator, {}, { headers: { authorization: "Bearer x" } });
    expect(await refusal(response)).toMatch("403 AccessDeniedException: ");
  });

  it("are asked for by the control plane too, and not by the other wires", async () => {
    expect((await fetch(`${simulator.url}/foundation-models`)).status).toBe(403);
    expect((await fetch(`${simulator.url}/models`)).status).toBe(200);
  });
});

describe("an API key", () => {
  it("goes as a bearer token", async () => {
    await using simulator = await createSimulator({ apiKey: "the-key" });
    const withKey = (key: string) => converse(simulator, {}, { headers: { authorization: `Bearer ${key}` } });
    expect((await withKey("the-key")).status).toBe(200);
    expect(await refusal(await withKey("another"))).toMatch("403 AccessDeniedException: ");
    expect(await refusal(await converse(simulator))).toMatch("403 MissingAuthenticationTokenException: ");
    expect((await signed(simulator, { credentials })).status).toBe(403);
  });

  it("or a signature will do where there are both", async () => {
    await using simulator = await createSimulator({ apiKey: "the-key", awsCredentials: credentials });
    expect((await converse(simulator, {}, { headers: { authorization: "Bearer the-key" } })).status).toBe(200);
    expect((await signed(simulator, { credentials })).status).toBe(200);
  });

  it("is not asked for where there is none", async () => {
    await using simulator = await createSimulator();
    expect((await converse(simulator)).status).toBe(200);
    expect((await signed(simulator, { credentials })).status).toBe(200);
  });
});

describe("the control plane", () => {
  const own = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc";

  it("lists models and profiles, and tells of guardrails", async () => {
    await using simulator = await createSimulator({
      models: [
        "acme.small-v1",
        { id: "eu.acme.brain-v1:0", name: "Brain" },
        { id: "global.acme.brain-v1:0", name: "Brain" },
        {
          id: own,
          name: "Team brain",
          extra: { models: [{ modelArn: "arn:aws:bedrock:eu-west-1::foundation-model/acme.brain-v1:0" }] },
        },
      ],
    });
    const get = async (path: string) =>
      (await fetch(`${simulator.url}${path}`)).json() as Promise<Record<string, unknown>>;
    const { modelSummaries } = (await get("/foundation-models")) as {
      modelSummaries: { modelId: string; inferenceTypesSupported: string[] }[];
    };
    expect(modelSummaries.map(({ modelId, inferenceTypesSupported }) => [modelId, ...inferenceTypesSupported])).toEqual(
      [
        ["acme.small-v1", "ON_DEMAND"],
        ["acme.brain-v1:0", "INFERENCE_PROFILE"],
      ],
    );
    const ids = async (type: string) =>
      (
        (await get(`/inference-profiles?type=${type}`)) as {
          inferenceProfileSummaries: { inferenceProfileId: string }[];
        }
      ).inferenceProfileSummaries.map(({ inferenceProfileId }) => inferenceProfileId);
    expect(await ids("SYSTEM_DEFINED")).toEqual(["eu.acme.brain-v1:0", "global.acme.brain-v1:0"]);
    expect(await ids("APPLICATION")).toEqual(["abc"]);
    expect(await get(`/inference-profiles/${encodeURIComponent(own)}`)).toMatchObject({
      inferenceProfileArn: own,
      inferenceProfileName: "Team brain",
      models: [{ modelArn: "arn:aws:bedrock:eu-west-1::foundation-model/acme.brain-v1:0" }],
      type: "APPLICATION",
    });
    expect(await get("/guardrails/abc?guardrailVersion=3")).toMatchObject({
      guardrailId: "abc",
      version: "3",
      status: "READY",
    });
    expect((await fetch(`${simulator.url}/guardrails/missing`)).status).toBe(404);
    expect((await fetch(`${simulator.url}/inference-profiles/nobody`)).status).toBe(404);
  });
});
