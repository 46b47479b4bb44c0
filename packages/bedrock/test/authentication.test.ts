import { existsSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import bedrock from "@waygate/bedrock";
import { createRegistry, isGatewayError } from "@waygate/core";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AwsHome, awsHome } from "./aws-files.ts";
import { collect, keys, type Opening, open, refused } from "./open.ts";
import { json, refuses, type Service, says, startService, until } from "./service.ts";

let service: Service;

beforeAll(async () => {
  service = await startService();
});

beforeEach(() => {
  service.received.length = 0;
});

afterAll(() => service[Symbol.asyncDispose]());

/** What a request with these settings and variables carries. */
async function sent(opening: Opening) {
  await using opened = open(service, opening);
  await collect(opened.gateway);
  const { headers } = service.received.at(-1) ?? {};
  const [, key, region] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d+\/([^/]+)\/bedrock\//.exec(headers?.authorization ?? "") ?? [];
  return { authorization: headers?.authorization, key, region, token: headers?.["x-amz-security-token"] };
}

async function refusal(opening: Opening) {
  await using opened = open(service, opening);
  const error = await refused(opened.gateway);
  return `${error.code}: ${error.message}`;
}

describe("variables", () => {
  const zed = {
    ZED_ACCESS_KEY_ID: "AKIDZED",
    ZED_SECRET_ACCESS_KEY: "zed-secret",
    ZED_SESSION_TOKEN: "zed-token",
    ZED_AWS_REGION: "eu-west-1",
  };

  it("of both names are read, this project's first", async () => {
    expect(await sent({ env: zed })).toMatchObject({ key: "AKIDZED", region: "eu-west-1", token: "zed-token" });
    const both = {
      ...zed,
      WAYGATE_ACCESS_KEY_ID: "AKIDWAYGATE",
      WAYGATE_SECRET_ACCESS_KEY: "secret",
      WAYGATE_SESSION_TOKEN: "token",
      WAYGATE_AWS_REGION: "us-west-2",
    };
    expect(await sent({ env: both })).toMatchObject({ key: "AKIDWAYGATE", region: "us-west-2", token: "token" });
  });

  it("that are empty mask nothing", async () => {
    const empty = Object.fromEntries(Object.keys(zed).map((name) => [name.replace("ZED", "WAYGATE"), ""]));
    expect(await sent({ env: { ...zed, ...empty } })).toMatchObject({ key: "AKIDZED", region: "eu-west-1" });
    expect(await sent({ env: { ...keys, WAYGATE_AWS_REGION: "" }, settings: { region: "eu-west-3" } })).toMatchObject({
      region: "eu-west-3",
    });
  });

  it("that a careless source hands out empty are none", async () => {
    const of: Readonly<Record<string, string>> = { access_key_id: "AKIDEXAMPLE", secret_access_key: "x" };
    await using registry = createRegistry({
      plugins: [bedrock],
      settings: { bedrock: { endpoint_url: service.origin, discover_models: false, region: "eu-west-3" } },
      credentials: ({ credential }) => of[credential.id] ?? "",
    });
    await collect(registry.gateway("amazon-bedrock"), { model: "own-model" });
    expect(service.received.at(-1)?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/eu-west-3\//,
    );
  });

  it("are all declared, all optional, and looked up for the address that they are used at", async () => {
    await using opened = open(service, { env: keys });
    await collect(opened.gateway);
    const declared = opened.registry.gateways()[0]?.credentials ?? [];
    const pairs = (name: string) => [`WAYGATE_${name}`, `ZED_${name}`];
    expect(declared.map(({ env }) => env)).toEqual(
      [
        "ACCESS_KEY_ID",
        "SECRET_ACCESS_KEY",
        "SESSION_TOKEN",
        "BEDROCK_BEARER_TOKEN",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_ENDPOINT",
      ].map(pairs),
    );
    expect(declared.every(({ optional }) => optional === true)).toBe(true);
    expect(new Set(opened.queries.map(({ credential }) => credential.id))).toEqual(
      new Set(["access_key_id", "secret_access_key", "session_token", "bearer_token", "profile", "region", "endpoint"]),
    );
    expect(opened.queries.every(({ address }) => address === service.origin)).toBe(true);
  });

  it("that change apply to the next request", async () => {
    const env: Record<string, string> = { ...keys };
    await using opened = open(service, { env });
    await collect(opened.gateway);
    env.WAYGATE_ACCESS_KEY_ID = "AKIDSECOND";
    env.WAYGATE_AWS_REGION = "us-east-2";
    await collect(opened.gateway);
    expect(
      service.received.map(({ headers }) => /Credential=([^/]+\/\d+\/[^/]+)/.exec(headers.authorization ?? "")?.[1]),
    ).toEqual([
      expect.stringMatching(/^AKIDEXAMPLE\/\d+\/us-east-1$/),
      expect.stringMatching(/^AKIDSECOND\/\d+\/us-east-2$/),
    ]);
  });

  it("win over the settings: region, profile and endpoint", async () => {
    await using _home = await awsHome({
      credentials:
        "[a]\naws_access_key_id=AKIDA\naws_secret_access_key=x\n[b]\naws_access_key_id=AKIDB\naws_secret_access_key=x\n",
    });
    const settings = {
      authentication_method: "named_profile",
      profile: "a",
      region: "eu-west-1",
      endpoint_url: "http://127.0.0.1:9",
    };
    const env = { ZED_AWS_PROFILE: "b", ZED_AWS_REGION: "us-west-1", ZED_AWS_ENDPOINT: service.origin };
    expect(await sent({ settings, env })).toMatchObject({ key: "AKIDB", region: "us-west-1" });
  });

  it("that hold what cannot be are refused, without repeating them", async () => {
    expect(await refusal({ env: { ...keys, ZED_AWS_REGION: "evil.example.com/" } })).toBe(
      'settings: Gateway "amazon-bedrock": WAYGATE_AWS_REGION or ZED_AWS_REGION holds what is no name of a region. Set it to one, such as eu-west-1.',
    );
    expect(await refusal({ env: { ...keys, ZED_AWS_ENDPOINT: "http://example.com" } })).toBe(
      'settings: Gateway "amazon-bedrock": The address in WAYGATE_AWS_ENDPOINT or ZED_AWS_ENDPOINT must begin with https://: http:// is for this machine and private networks only.',
    );
    expect(service.received).toEqual([]);
  });
});

describe("without a method in the settings", () => {
  it("a bearer token comes first, then access keys, then a profile", async () => {
    await using _home = await awsHome({ credentials: "[p]\naws_access_key_id=AKIDPROFILE\naws_secret_access_key=x\n" });
    const profile = { ZED_AWS_PROFILE: "p" };
    expect((await sent({ env: { ...profile, ...keys, ZED_BEDROCK_BEARER_TOKEN: "t" } })).authorization).toBe(
      "Bearer t",
    );
    expect((await sent({ env: { ...profile, ...keys } })).key).toBe("AKIDEXAMPLE");
    expect((await sent({ env: profile })).key).toBe("AKIDPROFILE");
    expect((await sent({ env: {}, settings: { profile: "p" } })).key).toBe("AKIDPROFILE");
  });

  it("nothing at all is an error that says what to set", async () => {
    expect(await refusal({ env: {} })).toBe(
      'credentials: Gateway "amazon-bedrock": There are no credentials. Set "authentication_method" in the settings to named_profile, sso or default; ' +
        "or set WAYGATE_ACCESS_KEY_ID or ZED_ACCESS_KEY_ID and WAYGATE_SECRET_ACCESS_KEY or ZED_SECRET_ACCESS_KEY; " +
        "or a Bedrock API key in WAYGATE_BEDROCK_BEARER_TOKEN or ZED_BEDROCK_BEARER_TOKEN.",
    );
  });

  it("half of a key is an error that says which", async () => {
    expect(await refusal({ env: { ZED_ACCESS_KEY_ID: "AKID" } })).toBe(
      'credentials: Gateway "amazon-bedrock": There is an access key ID, but no access key secret. Set WAYGATE_SECRET_ACCESS_KEY or ZED_SECRET_ACCESS_KEY too.',
    );
    expect(await refusal({ env: { ZED_SECRET_ACCESS_KEY: "x" } })).toMatch(
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
    expect(await sent({ env: {}, settings: { authentication_method: "default" } })).toMatchObject({
      key: "AKIDORDINARY",
      region: "ap-south-1",
      token: "ordinary-token",
    });
    const settings = { authentication_method: "default", region: "eu-west-1" };
    expect((await sent({ env: {}, settings })).region).toBe("eu-west-1");
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
    expect(await refusal({ env: {} })).toMatch("There are no credentials.");
    expect(await sent({ env: keys })).toMatchObject({ key: "AKIDEXAMPLE", region: "us-east-1", token: undefined });
    const named = { authentication_method: "named_profile", profile: "p" };
    expect(await sent({ env: {}, settings: named })).toMatchObject({
      key: "AKIDPROFILE",
      region: "us-east-1",
      token: undefined,
    });
    const key = await sent({
      env: { ZED_BEDROCK_BEARER_TOKEN: "own" },
      settings: { authentication_method: "api_key" },
    });
    expect(key.authorization).toBe("Bearer own");
    expect(await refusal({ env: {}, settings: { authentication_method: "api_key" } })).toBe(
      'credentials: Gateway "amazon-bedrock": The authentication method is api_key, but there is no key. ' +
        "Set WAYGATE_BEDROCK_BEARER_TOKEN or ZED_BEDROCK_BEARER_TOKEN, or put a Bedrock API key into the key store.",
    );
  });

  it("are consumed by the method default as far as AWS's own programs do: key, address, profile", async () => {
    const settings = { authentication_method: "default", discover_models: false };
    {
      await using _home = await awsHome({}, { AWS_BEARER_TOKEN_BEDROCK: "ordinary-key" });
      expect((await sent({ env: {}, settings })).authorization).toBe("Bearer ordinary-key");
    }
    await using _home = await awsHome(profiles, {
      AWS_PROFILE: "p",
      AWS_REGION: "ap-south-1",
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: service.origin,
    });
    await using opened = open(undefined, { env: {}, settings });
    await collect(opened.gateway, { model: "own" });
    expect(service.received.at(-1)?.headers.authorization).toMatch(
      /Credential=AKIDPROFILE\/\d+\/ap-south-1\/bedrock\//,
    );
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
    expect(await sent({ env: {}, settings })).toMatchObject({ key: "AKIDPOD", token: "pod-token" });
    expect(container.received[0]?.headers.authorization).toBe("pod-identity");
  });

  it("and the files give nothing: the method default says so", async () => {
    await using _home = await awsHome({});
    const message = await refusal({ env: {}, settings: { authentication_method: "default" } });
    expect(message).toMatch(/^credentials: Gateway "amazon-bedrock": the AWS default chain gives no credentials: /);
    expect(message).toMatch(/Log in with the AWS CLI, or set "authentication_method" in the settings\.$/);
  });
});

describe("a profile", () => {
  const named = (profile: string): Opening => ({
    env: {},
    settings: { authentication_method: "named_profile", profile },
  });

  it("has a region of its own, unless another is set", async () => {
    const config =
      "[profile other]\nregion = eu-west-2\n\n[profile dev]\naws_access_key_id = AKIDDEV\naws_secret_access_key = x\ns3 =\n  region = xx\nregion = eu-central-1\n";
    await using _home = await awsHome({ config }, { AWS_REGION: "ap-south-1" });
    expect(await sent(named("dev"))).toMatchObject({ key: "AKIDDEV", region: "eu-central-1" });
    const { settings } = named("dev");
    expect(await sent({ env: {}, settings: { ...settings, region: "us-west-2" } })).toMatchObject({
      region: "us-west-2",
    });
  });

  it("is called default where none is named", async () => {
    await using _home = await awsHome({
      credentials: "[default]\naws_access_key_id=AKIDDEFAULT\naws_secret_access_key=x\n",
    });
    expect((await sent({ env: {}, settings: { authentication_method: "named_profile" } })).key).toBe("AKIDDEFAULT");
    expect((await sent({ env: {}, settings: { authentication_method: "sso" } })).key).toBe("AKIDDEFAULT");
  });

  it("that is not there is an error that says where to look", async () => {
    await using _home = await awsHome({});
    const message = await refusal(named("nobody"));
    expect(message).toMatch(/^credentials: Gateway "amazon-bedrock": the profile "nobody" gives no credentials: /);
    expect(message).toMatch(/Check "profile" in the settings and your AWS configuration files\.$/);
  });

  it("that is written after all is found at the next request", async () => {
    await using home = await awsHome({});
    await using opened = open(service, named("late"));
    await refused(opened.gateway);
    await writeFile(
      join(home.folder, ".aws", "credentials"),
      "[late]\naws_access_key_id=AKIDLATE\naws_secret_access_key=x\n",
    );
    await collect(opened.gateway);
    expect(service.received.at(-1)?.headers.authorization).toContain("AKIDLATE");
  });

  it("may run a process", async () => {
    const answer = { Version: 1, AccessKeyId: "AKIDPROCESS", SecretAccessKey: "x", SessionToken: "t" };
    const command = `node -e "console.log(Buffer.from('${Buffer.from(JSON.stringify(answer)).toString("base64")}','base64').toString())"`;
    await using _home = await awsHome({ config: `[profile process]\ncredential_process = ${command}\n` });
    expect(await sent(named("process"))).toMatchObject({ key: "AKIDPROCESS", token: "t" });
  });

  it("whose process fails says what the process said, and no command of AWS's", async () => {
    const command = `node -e "console.error('Your login has ended: run vault-login.');process.exit(1)"`;
    await using _home = await awsHome({ config: `[profile process]\ncredential_process = ${command}\n` });
    const message = await refusal(named("process"));
    expect(message).toMatch(/^authentication: .* Your login has ended: run vault-login\./);
    expect(message).not.toContain("aws sso login");
  });

  it("may assume a role, through the same connections as everything else", async () => {
    const assumed = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
      <AccessKeyId>AKIDROLE</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>role-token</SessionToken>
      <Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
    await using sts = await startService(
      (response) => void response.writeHead(200, { "content-type": "text/xml" }).end(assumed),
    );
    const config =
      "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = x\n[profile role]\nrole_arn = arn:aws:iam::123456789012:role/model-user\nsource_profile = base\nregion = eu-west-1\n";
    await using _home = await awsHome({ config }, { AWS_ENDPOINT_URL_STS: sts.origin });
    expect(await sent(named("role"))).toMatchObject({ key: "AKIDROLE", region: "eu-west-1", token: "role-token" });
    expect(sts.received).toHaveLength(1);
    expect(sts.received[0]?.text).toContain("RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fmodel-user");
    expect(sts.received[0]?.headers.authorization).toContain("Credential=AKIDBASE/");
  });

  it("whose role may not be assumed is refused by STS, and not by the model", async () => {
    const words = "User: arn:aws:iam::1:user/x is not authorized to perform: sts:AssumeRole on resource: y";
    const answer = `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${words}</Message></Error></ErrorResponse>`;
    await using sts = await startService(
      (response) => void response.writeHead(403, { "content-type": "text/xml" }).end(answer),
    );
    const config =
      "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = x\n[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n";
    await using _home = await awsHome({ config }, { AWS_ENDPOINT_URL_STS: sts.origin });
    const expected = `credentials: Gateway "amazon-bedrock": the profile "role" gives no credentials: AccessDenied: ${words}. Check "profile" in the settings and your AWS configuration files.`;
    expect(await refusal(named("role"))).toBe(expected);
    const { settings } = named("role");
    await using listing = open(undefined, { env: {}, settings: { ...settings, endpoint_url: service.origin } });
    const { signal } = new AbortController();
    const { gateway } = listing;
    for (const ask of [() => gateway.models({ signal }), () => gateway.check?.({ signal })]) {
      const error = await Promise.resolve(ask()).catch((reason: unknown) => reason);
      expect(isGatewayError(error) ? `${error.code}: ${error.message}` : error).toBe(expected);
    }
  });

  it("whose files are written anew after AWS refused its credentials is read anew: no restart is needed", async () => {
    const file = (key: string) => `[p]\naws_access_key_id=${key}\naws_secret_access_key=x\naws_session_token=t\n`;
    await using home = await awsHome({ credentials: file("AKIDOLD") });
    await using opened = open(service, named("p"));
    service.queue(
      refuses(403, "ExpiredTokenException", "The security token included in the request is expired"),
      refuses(403, "UnrecognizedClientException", "The security token included in the request is invalid."),
    );
    const key = () => /Credential=([^/]+)/.exec(service.received.at(-1)?.headers.authorization ?? "")?.[1];
    expect((await refused(opened.gateway)).code).toBe("authentication");
    await writeFile(join(home.folder, ".aws", "credentials"), file("AKIDSECOND"));
    expect((await refused(opened.gateway)).code).toBe("authentication");
    expect(key()).toBe("AKIDSECOND");
    await writeFile(join(home.folder, ".aws", "credentials"), file("AKIDTHIRD"));
    await collect(opened.gateway);
    expect(key()).toBe("AKIDTHIRD");
    // Lists of models likewise.
    await using listing = open(undefined, {
      ...named("p"),
      settings: { ...named("p").settings, endpoint_url: service.origin },
    });
    const { signal } = new AbortController();
    const listings = async () => {
      const expired = refuses(403, "ExpiredTokenException", "The security token included in the request is expired");
      service.queue(expired, expired, expired);
      const before = service.received.length;
      await expect(listing.gateway.models({ signal, refresh: true })).rejects.toMatchObject({ code: "authentication" });
      // The first refusal of three is enough to fail.
      await until(() => service.received.length === before + 3);
      return key();
    };
    expect(await listings()).toBe("AKIDTHIRD");
    await writeFile(join(home.folder, ".aws", "credentials"), file("AKIDFOURTH"));
    expect(await listings()).toBe("AKIDFOURTH");
  });

  it("reaches AWS's other services the way that the host has for everything, such as a proxy", async () => {
    const asked: string[] = [];
    const own = (globalThis as Record<symbol, unknown>)[Symbol.for("undici.globalDispatcher.1")] as {
      dispatch(options: { readonly origin: string }, handler: unknown): boolean;
    };
    const dispatcher = {
      dispatch(options: { readonly origin: string }, handler: unknown) {
        asked.push(options.origin);
        return own.dispatch(options, handler);
      },
    };
    const answer = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>AKIDROLE</AccessKeyId><SecretAccessKey>x</SecretAccessKey>
      <SessionToken>t</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
    await using sts = await startService(
      (response) => void response.writeHead(200, { "content-type": "text/xml" }).end(answer),
    );
    // Makes Node load its undici.
    await fetch(sts.origin).then((response) => response.text());
    const config =
      "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = x\n[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\nregion = eu-west-1\n";
    await using _home = await awsHome({ config }, { AWS_ENDPOINT_URL_STS: sts.origin });
    expect(await sent({ ...named("role"), transport: { dispatcher } })).toMatchObject({ key: "AKIDROLE" });
    expect(asked).toEqual([sts.origin, service.origin]);
  });
});

describe("an SSO session", () => {
  const config = `[sso-session team]
sso_start_url = https://team.awsapps.com/start
sso_region = eu-west-1

[profile dev]
sso_session = team
sso_account_id = 123456789012
sso_role_name = developer
region = eu-west-1
`;
  const settings = { authentication_method: "sso", profile: "dev" };
  const hour = 3_600_000;
  let portal: Service;
  let home: AwsHome;

  beforeAll(async () => {
    const roleCredentials = {
      accessKeyId: "AKIDSSO",
      secretAccessKey: "x",
      sessionToken: "sso",
      expiration: Date.now() + hour,
    };
    portal = await startService(json({ roleCredentials }));
  });

  beforeEach(async () => {
    portal.received.length = 0;
  });

  afterAll(() => portal[Symbol.asyncDispose]());

  const atHome = async () => {
    home = await awsHome({ config }, { AWS_ENDPOINT_URL_SSO: portal.origin });
    return home;
  };

  it("gives credentials", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() + hour));
    expect(await sent({ env: {}, settings })).toMatchObject({ key: "AKIDSSO", region: "eu-west-1", token: "sso" });
    expect(portal.received[0]?.headers["x-amz-sso_bearer_token"]).toBe("sso-token");
  });

  it("that has expired is an error that names the command", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() - hour));
    const message = await refusal({ env: {}, settings });
    expect(message).toBe(
      'authentication: Gateway "amazon-bedrock": the profile "dev" gives no credentials: its login has expired, or was never made. Run: aws sso login --profile dev',
    );
    expect(service.received).toEqual([]);
  });

  it("that AWS has ended names it too", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() + hour));
    portal.queue(refuses(401, "UnauthorizedException", "Session token not found or invalid"));
    expect(await refusal({ env: {}, settings })).toBe(
      'authentication: Gateway "amazon-bedrock": the profile "dev" gives no credentials: its login has expired, or was never made. Run: aws sso login --profile dev',
    );
  });

  it("that was never begun names it as well", async () => {
    await using _there = await atHome();
    expect(await refusal({ env: {}, settings })).toMatch(/ Run: aws sso login --profile dev$/);
  });

  it("that has expired is renewed by the command of the settings, once, and the request is sent again", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() - hour));
    const token = {
      accessToken: "new-token",
      expiresAt: new Date(Date.now() + hour).toISOString(),
      startUrl: "x",
      region: "eu-west-1",
    };
    const source = join(there.folder, "new-token.json");
    await writeFile(source, JSON.stringify(token));
    const log = join(there.folder, "runs");
    const script =
      "const f=require('fs');f.copyFileSync(process.argv[1],process.argv[2]);f.appendFileSync(process.argv[3],'x');console.log('Open the page.')";
    const auth_refresh_command = `node -e "${script}" "${source}" "${there.tokenFile("team")}" "${log}"`;
    await using opened = open(service, { env: {}, settings: { ...settings, auth_refresh_command } });
    // Both wait for one run of it.
    const answers = await Promise.all([collect(opened.gateway), collect(opened.gateway)]);
    expect(answers.map((events) => events.at(-1)?.type)).toEqual(["finish", "finish"]);
    expect(portal.received[0]?.headers["x-amz-sso_bearer_token"]).toBe("new-token");
    expect(opened.notices).toEqual([{ gateway: "amazon-bedrock", code: "auth-refresh", message: "Open the page." }]);
    expect(await readFile(log, "utf8")).toBe("x");
  });

  it("is renewed before AWS is asked for its lists, too", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() - hour));
    await using aws = await createSimulator({
      awsCredentials: { accessKeyId: "AKIDSSO", secretAccessKey: "x", sessionToken: "sso" },
      models: ["eu.acme.brain-v1:0"],
    });
    const auth_refresh_command = `node -e "const f=require('fs');const p=process.argv[1];const t=JSON.parse(f.readFileSync(p));t.expiresAt=new Date(Date.now()+3600000).toISOString();f.writeFileSync(p,JSON.stringify(t))" "${there.tokenFile("team")}"`;
    await using opened = open(undefined, {
      env: {},
      settings: { ...settings, endpoint_url: aws.url, auth_refresh_command },
    });
    expect((await collect(opened.gateway, { model: "acme.brain-v1:0" })).at(-1)?.type).toBe("finish");
    expect(aws.requests.at(-1)?.path).toContain(encodeURIComponent("eu.acme.brain-v1:0"));
  });

  it("that a command is renewing is waited for no longer than anybody wants it, and the command ends with that", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() - hour));
    const pidFile = join(there.folder, "pid");
    const script = "require('fs').writeFileSync(process.argv[1],String(process.pid));setTimeout(()=>{},60000)";
    const auth_refresh_command = `node -e "${script}" "${pidFile}"`;
    await using opened = open(service, { env: {}, settings: { ...settings, auth_refresh_command } });
    const first = new AbortController();
    const second = new AbortController();
    const answers = [first, second].map(({ signal }) => collect(opened.gateway, { signal }).catch((error) => error));
    await until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "");
    const pid = Number(readFileSync(pidFile, "utf8"));
    const runs = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    first.abort(new Error("Enough."));
    expect(await answers[0]).toMatchObject({ message: "Enough." });
    expect(runs()).toBe(true);
    second.abort(new Error("Enough as well."));
    expect(await answers[1]).toMatchObject({ message: "Enough as well." });
    await until(() => !runs());
  });

  it("that a command fails to renew, or renews in vain, says so", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() - hour));
    const fails = { ...settings, auth_refresh_command: "echo No browser here >&2; exit 3" };
    expect(await refusal({ env: {}, settings: fails })).toBe(
      'authentication: Gateway "amazon-bedrock": auth_refresh_command ended with the code 3. It said: No browser here.',
    );
    const inVain = { ...settings, auth_refresh_command: "exit 0" };
    expect(await refusal({ env: {}, settings: inVain })).toMatch(/ Run: aws sso login --profile dev$/);
  });

  it("whose credentials AWS itself calls expired is renewed too", async () => {
    await using there = await atHome();
    await there.login("team", new Date(Date.now() + hour));
    service.queue(
      refuses(403, "ExpiredTokenException", "The security token included in the request is expired"),
      says("Hi"),
    );
    await using opened = open(service, { env: {}, settings: { ...settings, auth_refresh_command: "exit 0" } });
    expect((await collect(opened.gateway)).at(-1)?.type).toBe("finish");
    expect(service.received).toHaveLength(2);
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
      const events = await collect(opened.gateway, { model, options: { streaming } });
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
