import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterAll, beforeAll, expect, it } from "vitest";
import { awsHome } from "./aws-files.ts";
import { claude, keys, type Opening, open } from "./open.ts";
import { refuses, startService } from "./service.ts";

const guardrail = "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc123";
const signal = new AbortController().signal;
let simulator: Simulator;

beforeAll(async () => {
  simulator = await createSimulator({
    apiKey: "a-key",
    awsCredentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-a-real-secret" },
    models: [`us.${claude}`, "acme.small-v1"],
  });
});

afterAll(() => simulator.close());

async function check(opening: Opening): Promise<Readonly<Record<string, string>>> {
  await using opened = open(undefined, opening);
  const result = await opened.gateway.check?.({ signal });
  return Object.fromEntries((result?.facts ?? []).map(({ label, value }) => [label, value]));
}

it("says who one is to AWS, and where each part of that came from", async () => {
  expect(await check({ settings: { endpoint_url: simulator.url, region: "us-west-2" } })).toEqual({
    Method: "access keys (found, as no authentication_method is set)",
    Region: "us-west-2 (settings)",
    Endpoint: `${simulator.url} (settings)`,
    Models: "2",
  });
  const env = { ZED_BEDROCK_BEARER_TOKEN: "a-key", ZED_AWS_ENDPOINT: simulator.url };
  expect(await check({ env })).toEqual({
    Method: "Bedrock API key (found, as no authentication_method is set)",
    Region: "us-east-1 (default)",
    Endpoint: `${simulator.url} (WAYGATE_AWS_ENDPOINT or ZED_AWS_ENDPOINT)`,
    Models: "2",
  });
});

it("says which profile, which region of its, and which account", async () => {
  const config = `[profile dev]
region = eu-west-1
aws_access_key_id = AKIDEXAMPLE
aws_secret_access_key = not-a-real-secret
aws_account_id = 123456789012
`;
  await using _home = await awsHome({ config });
  const settings = { authentication_method: "named_profile", profile: "dev", endpoint_url: simulator.url };
  expect(await check({ env: {}, settings: { ...settings, allow_global: true } })).toEqual({
    Method: "named profile (authentication_method in the settings)",
    Profile: "dev (settings)",
    Region: "eu-west-1 (profile dev)",
    Endpoint: `${simulator.url} (settings)`,
    Account: "123456789012",
    Models: "2",
    "Global profiles": "allowed (settings)",
  });
});

it("knows that the method default may find an API key, which belongs to no account", async () => {
  await using _home = await awsHome({}, { AWS_BEARER_TOKEN_BEDROCK: "a-key", AWS_REGION: "us-west-2" });
  const settings = { authentication_method: "default", endpoint_url: simulator.url };
  expect(await check({ env: {}, settings })).toEqual({
    Method: "AWS default chain (authentication_method in the settings)",
    Region: "us-west-2 (AWS_REGION)",
    Endpoint: `${simulator.url} (settings)`,
    Models: "2",
  });
});

it("knows which profile the method default takes from AWS_PROFILE", async () => {
  const credentials = "[p]\naws_access_key_id=AKIDEXAMPLE\naws_secret_access_key=not-a-real-secret\nregion=us-west-2\n";
  await using _home = await awsHome({ credentials }, { AWS_PROFILE: "p" });
  const settings = { authentication_method: "default", endpoint_url: simulator.url };
  expect(await check({ env: {}, settings })).toMatchObject({
    Method: "AWS default chain (authentication_method in the settings)",
    Profile: "p (AWS_PROFILE)",
    Region: "us-west-2 (profile p)",
  });
});

it("says whether the guardrail is there", async () => {
  const settings = { endpoint_url: simulator.url, guardrail_identifier: guardrail, guardrail_version: "3" };
  expect((await check({ settings })).Guardrail).toBe("simulator, version 3: READY");
  const missing = { ...settings, guardrail_identifier: "missing" };
  expect((await check({ settings: missing })).Guardrail).toMatch(
    /^could not be looked at: Gateway "amazon-bedrock": AWS answered ResourceNotFoundException: .* Check guardrail_identifier and guardrail_version: the guardrail has to exist in us-east-1\.$/,
  );
});

it("rejects where the credentials are no good, and never shows them", async () => {
  const wrong = { ...keys, WAYGATE_SECRET_ACCESS_KEY: "wrong-secret" };
  const failure = check({ env: wrong, settings: { endpoint_url: simulator.url } });
  await expect(failure).rejects.toMatchObject({ code: "authentication", gateway: "amazon-bedrock" });
  await expect(check({ env: {}, settings: { endpoint_url: simulator.url } })).rejects.toMatchObject({
    code: "credentials",
  });
  await using _home = await awsHome({});
  const settings = { authentication_method: "named_profile", profile: "nobody", endpoint_url: simulator.url };
  await expect(check({ env: {}, settings })).rejects.toMatchObject({ code: "credentials" });
});

it("goes on where AWS may not be asked for its lists", async () => {
  await using service = await startService(
    refuses(403, "AccessDeniedException", "not authorized to perform: bedrock:X"),
  );
  const facts = await check({ settings: { endpoint_url: service.origin, guardrail_identifier: "abc" } });
  expect(Number(facts.Models)).toBeGreaterThan(20);
  expect(facts.Guardrail).toMatch(/^could not be looked at: .*The missing permission is bedrock:X\./);
});

it("takes a page in place of a guardrail for none of AWS's answers", async () => {
  await using service = await startService((response) => {
    response.writeHead(404, { "content-type": "text/html" }).end("<html><title>Not found</title></html>");
  });
  const facts = await check({ settings: { endpoint_url: service.origin, guardrail_identifier: "abc" } });
  expect(facts.Guardrail).toBe(
    'could not be looked at: Gateway "amazon-bedrock": AWS answered status 404: what is no answer of AWS\'s. ' +
      "Check guardrail_identifier and guardrail_version: the guardrail has to exist in us-east-1.",
  );
});

it("says where AWS was not asked for its lists, and rejects where the guardrail is asked for with bad credentials", async () => {
  const settings = { endpoint_url: simulator.url, discover_models: false };
  expect((await check({ settings })).Models).toMatch(/^\d+ \(those built in and of the settings; AWS was not asked\)$/);
  const env = { ...keys, WAYGATE_SECRET_ACCESS_KEY: "wrong-secret" };
  await expect(check({ env, settings: { ...settings, guardrail_identifier: guardrail } })).rejects.toMatchObject({
    code: "authentication",
  });
});
