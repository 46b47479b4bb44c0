import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { awsHome } from "./aws-files.ts";
import { identity } from "./identity.ts";
import { collect, keys, open, refused } from "./open.ts";
import { rerouted } from "./rerouted.ts";
import { json, refuses, startService } from "./service.ts";

const here = identity();

describe("without a method in the settings", () => {
  it("a bearer token comes first, then access keys, then a profile", async () => {
    await using _home = await awsHome({ credentials: "[p]\naws_access_key_id=AKIDPROFILE\naws_secret_access_key=x\n" });
    const profile = { ZED_AWS_PROFILE: "p" };
    expect((await here.sent({ env: { ...profile, ...keys, ZED_BEDROCK_BEARER_TOKEN: "t" } })).authorization).toBe(
      "Bearer t",
    );
    expect((await here.sent({ env: { ...profile, ...keys } })).key).toBe("AKIDEXAMPLE");
    expect((await here.sent({ env: profile })).key).toBe("AKIDPROFILE");
    expect((await here.sent({ env: {}, settings: { profile: "p" } })).key).toBe("AKIDPROFILE");
  });

  it("nothing at all is an error that says what to set", async () => {
    expect(await here.refusal({ env: {} })).toBe(
      'credentials: Gateway "amazon-bedrock": There are no credentials. Set "authentication_method" in the settings to named_profile, sso or default; ' +
        "or set WAYGATE_ACCESS_KEY_ID or ZED_ACCESS_KEY_ID and WAYGATE_SECRET_ACCESS_KEY or ZED_SECRET_ACCESS_KEY; " +
        "or a Bedrock API key in WAYGATE_BEDROCK_BEARER_TOKEN or ZED_BEDROCK_BEARER_TOKEN.",
    );
  });

  it("half of a key is an error that says which", async () => {
    expect(await here.refusal({ env: { ZED_ACCESS_KEY_ID: "AKID" } })).toBe(
      'credentials: Gateway "amazon-bedrock": There is an access key ID, but no access key secret. Set WAYGATE_SECRET_ACCESS_KEY or ZED_SECRET_ACCESS_KEY too.',
    );
    expect(await here.refusal({ env: { ZED_SECRET_ACCESS_KEY: "x" } })).toMatch(
      "There is an access key secret, but no access key ID. Set WAYGATE_ACCESS_KEY_ID or ZED_ACCESS_KEY_ID too.",
    );
  });
});

describe("a person's ordinary AWS variables", () => {
  const ordinary = {
    AWS_ACCESS_KEY_ID: "AKIDORDINARY",
    AWS_SECRET_ACCESS_KEY: "ordinary-secret",
    AWS_SESSION_TOKEN: "ordinary-token",
    AWS_REGION: "ap-south-1",
  };
  const profiles = { credentials: "[p]\naws_access_key_id=AKIDPROFILE\naws_secret_access_key=x\n" };

  it("are consumed by the method default", async () => {
    await using _home = await awsHome({}, ordinary);
    expect(await here.sent({ env: {}, settings: { authentication_method: "default" } })).toMatchObject({
      key: "AKIDORDINARY",
      region: "ap-south-1",
      token: "ordinary-token",
    });
    const settings = { authentication_method: "default", region: "eu-west-1" };
    expect((await here.sent({ env: {}, settings })).region).toBe("eu-west-1");
  });

  it("are consumed by no other method", async () => {
    const others = {
      ...ordinary,
      AWS_BEARER_TOKEN_BEDROCK: "ordinary-key",
      AWS_ENDPOINT_URL: "http://127.0.0.1:9",
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: "http://127.0.0.1:9",
      AWS_PROFILE: "nobody",
      AWS_USE_FIPS_ENDPOINT: "true",
      AWS_MAX_ATTEMPTS: "5",
      AWS_RETRY_MODE: "adaptive",
    };
    await using _home = await awsHome(profiles, others);
    expect(await here.refusal({ env: {} })).toMatch("There are no credentials.");
    expect(await here.sent({ env: keys })).toMatchObject({ key: "AKIDEXAMPLE", region: "us-east-1", token: undefined });
    const named = { authentication_method: "named_profile", profile: "p" };
    expect(await here.sent({ env: {}, settings: named })).toMatchObject({
      key: "AKIDPROFILE",
      region: "us-east-1",
      token: undefined,
    });
    const key = await here.sent({
      env: { ZED_BEDROCK_BEARER_TOKEN: "own" },
      settings: { authentication_method: "api_key" },
    });
    expect(key.authorization).toBe("Bearer own");
    expect(await here.refusal({ env: {}, settings: { authentication_method: "api_key" } })).toBe(
      'credentials: Gateway "amazon-bedrock": The authentication method is api_key, but there is no key. ' +
        "Set WAYGATE_BEDROCK_BEARER_TOKEN or ZED_BEDROCK_BEARER_TOKEN, or put a Bedrock API key into the key store.",
    );
  });

  it("are consumed by the method default as far as AWS's own programs do: key, address, profile", async () => {
    const settings = { authentication_method: "default" };
    {
      await using _home = await awsHome({}, { AWS_BEARER_TOKEN_BEDROCK: "ordinary-key" });
      expect((await here.sent({ env: {}, settings })).authorization).toBe("Bearer ordinary-key");
      const before = here.service.received.length;
      await using lists = open(undefined, { env: {}, settings: { ...settings, endpoint_url: here.service.origin } });
      await lists.gateway.models({ signal: new AbortController().signal, refresh: true }).catch(() => undefined);
      const sent = here.service.received.slice(before).map(({ headers }) => headers.authorization);
      expect(new Set(sent)).toEqual(new Set(["Bearer ordinary-key"]));
    }
    await using _home = await awsHome(profiles, {
      AWS_PROFILE: "p",
      AWS_REGION: "ap-south-1",
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: here.service.origin,
    });
    await using opened = open(undefined, { env: {}, settings: { ...settings, discover_models: false } });
    await collect(opened.gateway, { model: "own" });
    expect(here.service.received.at(-1)?.headers.authorization).toMatch(
      /Credential=AKIDPROFILE\/\d+\/ap-south-1\/bedrock\//,
    );
  });

  it("that are empty mean nothing to the method default either: requests and lists are signed", async () => {
    await using _home = await awsHome(profiles, { AWS_BEARER_TOKEN_BEDROCK: "", AWS_PROFILE: "p" });
    const before = here.service.received.length;
    const settings = { authentication_method: "default", endpoint_url: here.service.origin };
    await using opened = open(undefined, { env: {}, settings });
    await collect(opened.gateway, { model: "own" });
    const sent = here.service.received.slice(before).map(({ headers }) => headers.authorization ?? "");
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.filter((header) => !/^AWS4-HMAC-SHA256 Credential=AKIDPROFILE\//.test(header))).toEqual([]);
  });

  it("that are empty hide no region of the files from the method default", async () => {
    const config = "[default]\nregion = eu-west-1\n[profile other]\nregion = eu-west-2\n";
    const key = "aws_access_key_id=AKIDPROFILE\naws_secret_access_key=x\n";
    await using _home = await awsHome(
      { config, credentials: `[default]\n${key}[other]\n${key}[bare]\n${key}` },
      { AWS_REGION: "" },
    );
    const settings = { authentication_method: "default" };
    expect((await here.sent({ env: {}, settings })).region).toBe("eu-west-1");
    expect((await here.sent({ env: {}, settings: { ...settings, profile: "other" } })).region).toBe("eu-west-2");
    expect((await here.sent({ env: {}, settings: { ...settings, profile: "bare" } })).region).toBe("us-east-1");
    vi.stubEnv("AWS_PROFILE", "other");
    expect((await here.sent({ env: {}, settings })).region).toBe("eu-west-2");
  });

  it("of the method default have a region, or nothing is sent elsewhere", async () => {
    const key = "aws_access_key_id=AKIDPROFILE\naws_secret_access_key=x\n";
    const config = '[default]\nregion = EU-WEST-1\n[profile quoted]\nregion = "eu west"\n';
    await using _home = await awsHome({ config, credentials: `[default]\n${key}[quoted]\n${key}` });
    const settings = { authentication_method: "default" };
    expect((await here.sent({ env: {}, settings })).region).toBe("eu-west-1");
    const before = here.service.received.length;
    expect(await here.refusal({ env: {}, settings: { ...settings, profile: "quoted" } })).toMatch(
      /^settings: .*The profile "quoted" in .*config has the region "\\"eu west\\"", which is no name of a region\./,
    );
    vi.stubEnv("AWS_REGION", "nowhere at all");
    expect(await here.refusal({ env: {}, settings })).toMatch(/AWS_REGION holds what is no name of a region/);
    expect(here.service.received).toHaveLength(before);
  });

  it("of a Lambda function go on with its trace, that of each invocation", async () => {
    await using _home = await awsHome({}, { AWS_LAMBDA_FUNCTION_NAME: "f" });
    await using opened = open(here.service, { env: keys });
    const traces = ["Root=1-5759e988-bd862e3fe1be46a994272793", "Root=1-5759e989-bd862e3fe1be46a994272794"];
    for (const trace of traces) {
      vi.stubEnv("_X_AMZN_TRACE_ID", trace);
      await collect(opened.gateway, { model: "own" });
      expect(here.service.received.at(-1)?.headers["x-amzn-trace-id"]).toBe(trace);
    }
  });

  it("may name the profile of the method default, which its errors name then, and about which nothing is printed", async () => {
    const config =
      "[sso-session s]\nsso_start_url = https://s.awsapps.com/start\nsso_region = eu-west-1\n[profile dev]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n";
    await using _home = await awsHome({ ...profiles, config }, { ...ordinary, AWS_PROFILE: "p" });
    const settings = { authentication_method: "default" };
    const printed = vi.spyOn(console, "warn");
    expect(await here.sent({ env: {}, settings })).toMatchObject({ key: "AKIDPROFILE", region: "ap-south-1" });
    expect(printed).not.toHaveBeenCalled();
    vi.stubEnv("AWS_PROFILE", "dev");
    expect(await here.refusal({ env: {}, settings })).toMatch(/ Run: aws sso login --profile dev$/);
  });

  it("may be a web identity, which the method default asks for once, the way that the host has for everything", async () => {
    const busy =
      "<ErrorResponse><Error><Code>ServiceUnavailable</Code><Message>Busy.</Message></Error></ErrorResponse>";
    await using sts = await startService(
      (response) => void response.writeHead(503, { "content-type": "text/xml" }).end(busy),
    );
    await using aws = await rerouted({ sts: sts.origin });
    await using home = await awsHome({}, { AWS_REGION: "eu-west-1", AWS_ROLE_ARN: "arn:aws:iam::1:role/pod" });
    const file = join(home.folder, "token");
    await writeFile(file, "web-token");
    vi.stubEnv("AWS_WEB_IDENTITY_TOKEN_FILE", file);
    const settings = { authentication_method: "default" };
    expect(await here.refusal({ env: {}, settings, transport: aws.transport })).toMatch(
      /^overloaded: .* the AWS default chain gives no credentials: ServiceUnavailable: Busy\. Try again later\.$/,
    );
    expect(aws.asked).toEqual(["https://sts.eu-west-1.amazonaws.com"]);
  });

  it("tell the method default of a container's credentials too", async () => {
    await using container = await startService(
      json({
        AccessKeyId: "AKIDPOD",
        SecretAccessKey: "x",
        Token: "pod-token",
        Expiration: new Date(Date.now() + 3_600_000).toISOString(),
      }),
    );
    const variables = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${container.origin}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "pod-identity",
    };
    await using _home = await awsHome({}, variables);
    const settings = { authentication_method: "default" };
    expect(await here.sent({ env: {}, settings })).toMatchObject({ key: "AKIDPOD", token: "pod-token" });
    expect(container.received[0]?.headers.authorization).toBe("pod-identity");
  });

  it("may name a role that may not be assumed: requests and lists say that of STS, not of the model", async () => {
    const words = "User: x is not authorized to perform: sts:AssumeRole on resource: y";
    const answer = `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${words}</Message></Error></ErrorResponse>`;
    await using sts = await startService(
      (response) => void response.writeHead(403, { "content-type": "text/xml" }).end(answer),
    );
    const config =
      "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = x\n[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\nregion = eu-west-1\n";
    await using _home = await awsHome({ config }, { AWS_ENDPOINT_URL_STS: sts.origin, AWS_PROFILE: "role" });
    const settings = { authentication_method: "default" };
    const expected = `Gateway "amazon-bedrock": the AWS default chain gives no credentials: AccessDenied: ${words}. Log in with the AWS CLI, or set "authentication_method" in the settings.`;
    expect(await here.refusal({ env: {}, settings })).toBe(`credentials: ${expected}`);
    await using listing = open(undefined, { env: {}, settings: { ...settings, endpoint_url: here.service.origin } });
    await expect(listing.gateway.models({ signal: new AbortController().signal })).rejects.toMatchObject({
      code: "credentials",
      message: expected,
    });
  });

  it("and files that the command of the settings writes anew: the method default reads them, no restart is needed", async () => {
    const file = (key: string) => `[default]\naws_access_key_id=${key}\naws_secret_access_key=x\naws_session_token=t\n`;
    await using home = await awsHome({ credentials: file("AKIDOLD") });
    const fresh = join(home.folder, "fresh");
    await writeFile(fresh, file("AKIDNEW"));
    const credentials = join(home.folder, ".aws", "credentials");
    const auth_refresh_command = `node -e "require('fs').copyFileSync(process.argv[1],process.argv[2])" "${fresh}" "${credentials}"`;
    const expired = refuses(403, "ExpiredTokenException", "The security token included in the request is expired");
    here.service.queue(expired);
    const settings = { authentication_method: "default", auth_refresh_command };
    expect(await here.sent({ env: {}, settings })).toMatchObject({ key: "AKIDNEW" });
    expect(here.service.received).toHaveLength(2);
  });

  it("and the files give nothing: the method default says so", async () => {
    await using _home = await awsHome({});
    const message = await here.refusal({ env: {}, settings: { authentication_method: "default" } });
    expect(message).toMatch(/^credentials: Gateway "amazon-bedrock": the AWS default chain gives no credentials: /);
    expect(message).toMatch(/Log in with the AWS CLI, or set "authentication_method" in the settings\.$/);
  });
});

describe("towards the simulator, which verifies every signature", () => {
  let simulator: Simulator;
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-a-real-secret", sessionToken: "a-token" };
  const env = { ...keys, WAYGATE_SESSION_TOKEN: "a-token" };
  const arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a b+c";

  beforeAll(async () => {
    simulator = await createSimulator({
      awsCredentials: credentials,
      models: ["own-model", arn, "eu.acme.brain-v1:0"],
    });
  });

  afterAll(() => simulator.close());

  it.each(["own-model", arn, "eu.acme.brain-v1:0"])("%s is asked, as a stream and whole", async (model) => {
    const settings = {
      custom_headers: { "X-Team": "core  team", "X-Empty": "" },
      available_models: [{ name: arn, max_tokens: 1000, base_model: "acme.brain" }],
    };
    await using opened = open({ origin: simulator.url }, { env, settings });
    for (const streaming of [true, false]) {
      const events = await collect(opened.gateway, { model, gatewayOptions: { streaming } });
      expect(events.at(-1)).toMatchObject({ type: "finish", reason: "stop" });
    }
    expect(simulator.requests.at(-1)?.headers).toMatchObject({ "x-team": "core  team" });
  });

  it("what does not fit is refused", async () => {
    await using wrong = open({ origin: simulator.url }, { env: { ...env, WAYGATE_SECRET_ACCESS_KEY: "wrong" } });
    const error = await refused(wrong.gateway, { model: "own-model" });
    expect(error).toMatchObject({ code: "authentication", status: 403 });
    expect(error.message).toMatch(/InvalidSignatureException: .* Check the credentials/);
    await using without = open({ origin: simulator.url }, { env: keys });
    expect((await refused(without.gateway, { model: "own-model" })).code).toBe("authentication");
  });
});
