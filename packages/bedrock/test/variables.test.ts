import bedrock from "@waygate/bedrock";
import { createRegistry } from "@waygate/core";
import { describe, expect, it } from "vitest";
import { awsHome } from "./aws-files.ts";
import { identity } from "./identity.ts";
import { collect, keys, open } from "./open.ts";

const here = identity();

describe("variables", () => {
  const zed = {
    ZED_ACCESS_KEY_ID: "AKIDZED",
    ZED_SECRET_ACCESS_KEY: "zed-secret",
    ZED_SESSION_TOKEN: "zed-token",
    ZED_AWS_REGION: "eu-west-1",
  };

  it("of both names are read, this project's first", async () => {
    expect(await here.sent({ env: zed })).toMatchObject({ key: "AKIDZED", region: "eu-west-1", token: "zed-token" });
    const both = {
      ...zed,
      WAYGATE_ACCESS_KEY_ID: "AKIDWAYGATE",
      WAYGATE_SECRET_ACCESS_KEY: "secret",
      WAYGATE_SESSION_TOKEN: "token",
      WAYGATE_AWS_REGION: "us-west-2",
    };
    expect(await here.sent({ env: both })).toMatchObject({ key: "AKIDWAYGATE", region: "us-west-2", token: "token" });
  });

  it("of a permanent key have no session token, whoever has set one", async () => {
    const own = { WAYGATE_ACCESS_KEY_ID: "AKIAOWN", WAYGATE_SECRET_ACCESS_KEY: "secret" };
    expect(await here.sent({ env: { ...zed, ...own } })).toMatchObject({ key: "AKIAOWN", token: undefined });
  });

  it("may have a region in capitals, as the settings may", async () => {
    expect(await here.sent({ env: { ...keys, ZED_AWS_REGION: "EU-WEST-1" } })).toMatchObject({ region: "eu-west-1" });
    expect(await here.sent({ env: keys, settings: { region: "EU-WEST-3" } })).toMatchObject({ region: "eu-west-3" });
  });

  it("are taken without the space around them, whatever source they come from", async () => {
    const env = { ZED_ACCESS_KEY_ID: "AKIDZED\n", ZED_SECRET_ACCESS_KEY: " zed-secret", ZED_AWS_REGION: " eu-west-1 " };
    expect(await here.sent({ env: { ...env, WAYGATE_BEDROCK_BEARER_TOKEN: " " } })).toMatchObject({
      key: "AKIDZED",
      region: "eu-west-1",
    });
    expect(await here.sent({ env: { ZED_BEDROCK_BEARER_TOKEN: "an-api-key\r\n" } })).toMatchObject({
      authorization: "Bearer an-api-key",
    });
  });

  it("whose keys were not copied whole are refused before anything is sent, and not shown", async () => {
    for (const [env, label, variables] of [
      [{ ZED_BEDROCK_BEARER_TOKEN: "ABSKQmVk…cm9jaw" }, "Bedrock API key", "BEDROCK_BEARER_TOKEN"],
      [{ ...keys, ZED_SESSION_TOKEN: "IQoJb3 Jp" }, "AWS session token", "SESSION_TOKEN"],
    ] as const) {
      expect(await here.refusal({ env })).toBe(
        `credentials: Gateway "amazon-bedrock": The ${label} has a character that none can have: ` +
          `copy it again, whole (WAYGATE_${variables} or ZED_${variables}).`,
      );
    }
    expect(here.service.received).toEqual([]);
  });

  it("that are empty mask nothing", async () => {
    const empty = Object.fromEntries(Object.keys(zed).map((name) => [name.replace("ZED", "WAYGATE"), ""]));
    expect(await here.sent({ env: { ...zed, ...empty } })).toMatchObject({ key: "AKIDZED", region: "eu-west-1" });
    expect(
      await here.sent({ env: { ...keys, WAYGATE_AWS_REGION: "" }, settings: { region: "eu-west-3" } }),
    ).toMatchObject({
      region: "eu-west-3",
    });
  });

  it("that a careless source hands out empty are none", async () => {
    const of: Readonly<Record<string, string>> = { access_key_id: "AKIDEXAMPLE", secret_access_key: "x" };
    await using registry = createRegistry({
      plugins: [bedrock],
      settings: { bedrock: { endpoint_url: here.service.origin, discover_models: false, region: "eu-west-3" } },
      credentials: ({ credential }) => of[credential.id] ?? "",
    });
    await collect(registry.gateway("amazon-bedrock"), { model: "own-model" });
    expect(here.service.received.at(-1)?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/eu-west-3\//,
    );
  });

  it("are all declared, all optional, and looked up for the address that they are used at", async () => {
    await using opened = open(here.service, { env: keys });
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
    expect(opened.queries.every(({ address }) => address === here.service.origin)).toBe(true);
  });

  it("that change apply to the next request", async () => {
    const env: Record<string, string> = { ...keys };
    await using opened = open(here.service, { env });
    await collect(opened.gateway);
    env.WAYGATE_ACCESS_KEY_ID = "AKIDSECOND";
    env.WAYGATE_AWS_REGION = "us-east-2";
    await collect(opened.gateway);
    expect(
      here.service.received.map(
        ({ headers }) => /Credential=([^/]+\/\d+\/[^/]+)/.exec(headers.authorization ?? "")?.[1],
      ),
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
    const env = { ZED_AWS_PROFILE: "b", ZED_AWS_REGION: "us-west-1", ZED_AWS_ENDPOINT: here.service.origin };
    expect(await here.sent({ settings, env })).toMatchObject({ key: "AKIDB", region: "us-west-1" });
  });

  it("that hold what cannot be are refused, without repeating them", async () => {
    expect(await here.refusal({ env: { ...keys, ZED_AWS_REGION: "evil.example.com/" } })).toBe(
      'settings: Gateway "amazon-bedrock": WAYGATE_AWS_REGION or ZED_AWS_REGION holds what is no name of a region. Set it to one, such as eu-west-1.',
    );
    expect(await here.refusal({ env: { ...keys, ZED_AWS_ENDPOINT: "http://example.com" } })).toBe(
      'settings: Gateway "amazon-bedrock": The address in WAYGATE_AWS_ENDPOINT or ZED_AWS_ENDPOINT must begin with https://: http:// is for this machine and private networks only.',
    );
    expect(here.service.received).toEqual([]);
  });
});
