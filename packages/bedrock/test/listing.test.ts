import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Model } from "@waygate/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { limits } from "../src/limits.ts";
import { awsHome } from "./aws-files.ts";
import { collect, type Opened, open, refused } from "./open.ts";
import { json, type Reply, refuses, type Service, says, startService, until } from "./service.ts";

const signal = new AbortController().signal;
const ids = (models: readonly Model[]) => models.map(({ id }) => id);
const haiku = "eu.anthropic.claude-haiku-4-5-20251001-v1:0";

/** A service that answers requests for lists in its own way, and gateways towards it. */
async function listing(lists: Reply) {
  const service = await startService((response, request) =>
    (request.method === "GET" ? lists : says("Hi"))(response, request),
  );
  const settings = {
    endpoint_url: service.origin,
    region: "eu-west-1",
    available_models: [{ name: "acme.own-v1", max_tokens: 9000 }],
  };
  return {
    service,
    opened: (more: object = {}) => open(undefined, { settings: { ...settings, ...more } }),
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

const asked = ({ received }: Service) => {
  const path = received.findLast(({ method }) => method === "POST")?.path ?? "";
  return decodeURIComponent(path.split("/")[2] ?? "");
};
const told = ({ notices }: Opened) => notices.map(({ code, message }) => `${code}: ${message}`);

function profile(id: string, more: object = {}) {
  const arn = `arn:aws:bedrock:eu-west-1:1:inference-profile/${id}`;
  const name = "EU Claude Opus 9";
  const what = { inferenceProfileId: id, inferenceProfileName: name, inferenceProfileArn: arn, models: [] };
  return { ...what, status: "ACTIVE", type: "SYSTEM_DEFINED", ...more };
}

function model(modelId: string, ...inferenceTypesSupported: readonly string[]) {
  return { modelId, modelName: modelId, modelArn: "x", outputModalities: ["TEXT"], inferenceTypesSupported };
}

const denied = refuses(403, "AccessDeniedException", "User: x is not authorized to perform: bedrock:ListX");

/** Answers each of the three lists. */
function each(lists: { readonly models: Reply; readonly system: Reply; readonly application: Reply }): Reply {
  return (response, request) => {
    const { pathname, searchParams } = new URL(request.path, "http://x");
    if (pathname === "/foundation-models") return lists.models(response, request);
    return (searchParams.get("type") === "APPLICATION" ? lists.application : lists.system)(response, request);
  };
}

const models = (...modelSummaries: readonly unknown[]) => json({ modelSummaries });
const profiles = (...inferenceProfileSummaries: readonly unknown[]) => json({ inferenceProfileSummaries });

const html: Reply = (response) => {
  response.writeHead(200, { "content-type": "text/html" }).end("<html><title>Portal</title></html>");
};
const nothing: Reply = (response) => void response.writeHead(200).end();
const unreadable = / answered List\w+ with what is not AWS's answer to it: check endpoint_url\./;
const useless = [
  ["an empty object", json({}), unreadable],
  ["an empty body", nothing, unreadable],
  ["a page", html, unreadable],
  ["text in place of a list", json({ modelSummaries: "no", inferenceProfileSummaries: "no" }), unreadable],
  [
    "no entries",
    json({ modelSummaries: [], inferenceProfileSummaries: [] }),
    / lists neither models nor .* profiles\./,
  ],
  [
    "entries of null",
    json({ modelSummaries: [null], inferenceProfileSummaries: [null] }),
    / lists neither models nor /,
  ],
  ["an error", refuses(500, "InternalServerException", "Oops"), / \(InternalServerException\): Oops\. /],
  ["that it does not know the way", refuses(404, "", "No such route"), / \(.+\): No such route\. /],
] as const;

describe("a service that answers requests for lists with", () => {
  it.each(useless)("%s has not listed anything: the table is used, and the settings count", async (_, lists, words) => {
    await using here = await listing(lists);
    await using there = here.opened();
    const found = ids(await there.gateway.models({ signal }));
    expect(found).toContain("claude-haiku-4-5");
    expect(found).toContain("acme.own-v1");
    expect(told(there)).toEqual([expect.stringMatching(words)]);
    expect(told(there)[0]).toMatch(/^listing-unavailable: .* The built-in table of [\d-]+ is shown in its place\.$/);
    expect(told(there)[0]).toContain('set "discover_models" to false');
  });

  it.each(useless)("%s does not keep a request from being sent, with a notice", async (_, lists, words) => {
    await using here = await listing(lists);
    await using there = here.opened();
    await collect(there.gateway, { model: "claude-haiku-4-5" });
    await collect(there.gateway, { model: "claude-haiku-4-5" });
    expect(asked(here.service)).toBe(haiku);
    expect(told(there)).toEqual([expect.stringMatching(words)]);
    expect(told(there)[0]).toMatch(/^listing-unavailable: .* The built-in table of [\d-]+ is used\.$/);
    expect(told(there)[0]).not.toContain("Allow bedrock:");
  });

  it("entries that are strange beside good ones has listed the good ones", async () => {
    const odd = [null, "x", { modelId: 5 }, { ...model("acme.odd-v1"), inferenceTypesSupported: "ON_DEMAND" }];
    await using here = await listing(
      each({
        models: models(...odd, { ...model("acme.good-v1", "ON_DEMAND"), outputModalities: null }),
        system: profiles(null, { inferenceProfileId: 7 }, profile("eu.acme.b-v1", { models: null, status: null })),
        application: profiles({ ...profile("abc"), type: "APPLICATION", models: [null] }),
      }),
    );
    await using there = here.opened();
    const found = ids(await there.gateway.models({ signal }));
    const own = "arn:aws:bedrock:eu-west-1:1:inference-profile/abc";
    expect(found).toEqual(["acme.good-v1", "acme.b-v1", own, "acme.own-v1"]);
    expect(told(there)).toEqual([]);
  });
});

describe("a service that never answers requests for lists", () => {
  const { listingMs } = limits;
  const shorten = (milliseconds: number) => Object.assign(limits, { listingMs: milliseconds });

  afterEach(() => void shorten(listingMs));

  it("is waited for no longer than that: the table is used, with a notice", async () => {
    await using here = await listing(() => undefined);
    shorten(100);
    await using there = here.opened();
    await collect(there.gateway, { model: "claude-haiku-4-5" });
    expect(asked(here.service)).toBe(haiku);
    expect(told(there)).toEqual([
      expect.stringMatching(/ did not list its models and inference profiles within 0\.1 s\. .* is used\.$/),
    ]);
    await using other = here.opened();
    const found = ids(await other.gateway.models({ signal }));
    expect(found).toContain("claude-haiku-4-5");
    expect(found).toContain("acme.own-v1");
    expect(told(other)).toEqual([
      expect.stringMatching(/ did not answer ListFoundationModels in time\. .* is shown in its place\.$/),
    ]);
  });
});

describe("a service that does not answer at all", () => {
  it("that nobody answers at has no list, as a host may have one of its own, and is no service to a check", async () => {
    const here = await listing(json({}));
    await here[Symbol.asyncDispose]();
    await using there = here.opened();
    await expect(there.gateway.models({ signal })).rejects.toMatchObject({ code: "connection" });
    await expect(there.gateway.check?.({ signal })).rejects.toMatchObject({ code: "connection" });
  });
});

describe("a region of a partition apart", () => {
  it.each(["us-iso-east-1", "us-isob-east-1"])("such as %s is none of the commercial ones", async (region) => {
    await using here = await listing(denied);
    await using there = here.opened({ region, allow_global: true, available_models: [] });
    for (const name of ["claude-sonnet-5", "nova-pro", "deepseek-v3-2"]) {
      expect((await refused(there.gateway, { model: name })).code).toBe("model-unavailable-in-region");
    }
    expect(await there.gateway.models({ signal })).toEqual([]);
    expect(asked(here.service)).toBe("");
  });
});

describe("where only some of the lists are permitted", () => {
  const opus9 = "anthropic.claude-opus-9";

  it.each([
    ["profiles, all kinds", { models: denied, application: profiles() }],
    ["the profiles of AWS alone", { models: denied, application: denied }],
    ["models and the profiles of AWS", { models: models(model(opus9, "INFERENCE_PROFILE")), application: denied }],
  ])("%s count, with a notice for the rest", async (_, others) => {
    await using here = await listing(each({ ...others, system: profiles(profile(`eu.${opus9}`)) }));
    await using there = here.opened();
    await collect(there.gateway, { model: opus9 });
    expect(asked(here.service)).toBe(`eu.${opus9}`);
    expect(told(there)).toEqual([
      expect.stringMatching(
        /^listing-unavailable: AWS does not list all of its models and inference profiles \(AccessDeniedException\); for the rest the built-in table of [\d-]+ is used\. Allow bedrock:ListFoundationModels, /,
      ),
    ]);
    await using other = here.opened();
    const found = await other.gateway.models({ signal });
    expect(ids(found)).toContain(opus9);
    expect(told(other)).toEqual([expect.stringMatching(/ What it does list is shown, and the built-in table of /)]);
  });

  it("what the table knows stands in for the list of models, and only for that", async () => {
    const system = profiles(profile(haiku), profile("eu.stability.stable-image-v1:0"));
    await using here = await listing(each({ models: denied, system, application: profiles() }));
    await using there = here.opened();
    const found = ids(await there.gateway.models({ signal }));
    expect(found).toContain("claude-haiku-4-5");
    expect(found).toContain("gpt-oss-120b");
    // AWS lists the profiles of the region, and none for this one.
    expect(found).not.toContain("claude-opus-5");
    expect(found).not.toContain("stability.stable-image-v1:0");
    expect((await refused(there.gateway, { model: "claude-opus-5" })).code).toBe("model-unavailable-in-region");
    await collect(there.gateway, { model: "gpt-oss-120b" });
    expect(asked(here.service)).toBe("openai.gpt-oss-120b-1:0");
  });

  it("what the table knows stands in for the list of profiles, and only for that", async () => {
    const found = models(model("acme.small-v1", "ON_DEMAND"), model("anthropic.claude-opus-5", "INFERENCE_PROFILE"));
    await using here = await listing(each({ models: found, system: denied, application: denied }));
    await using there = here.opened();
    const shown = ids(await there.gateway.models({ signal }));
    expect(shown).toContain("acme.small-v1");
    expect(shown).toContain("claude-opus-5");
    expect(shown).not.toContain("gpt-oss-120b");
    await collect(there.gateway, { model: "claude-opus-5" });
    expect(asked(here.service)).toBe("eu.anthropic.claude-opus-5");
    expect((await refused(there.gateway, { model: "gpt-oss-120b" })).code).toBe("model-unavailable-in-region");
  });
});

describe("a listing of which a part is missing", () => {
  const minute = 60_000;
  const opus9 = "anthropic.claude-opus-9";
  const found = models(model("acme.a-v1", "ON_DEMAND"));
  const whole = each({ models: found, system: profiles(profile(`eu.${opus9}`)), application: profiles() });
  const part = each({ models: found, system: denied, application: profiles() });

  afterEach(() => void vi.useRealTimers());

  it.each([
    ["is asked for again as soon as one that failed", part, whole, 11],
    ["does not take the place of a whole one", whole, part, 61],
  ])("%s", async (_, first, second, minutes) => {
    let lists = first;
    await using here = await listing((response, request) => lists(response, request));
    await using there = here.opened();
    const count = () => here.service.received.filter(({ method }) => method === "GET").length;
    await collect(there.gateway, { model: opus9 });
    expect(asked(here.service)).toBe(first === whole ? `eu.${opus9}` : opus9);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + minutes * minute });
    lists = second;
    await collect(there.gateway, { model: opus9 });
    await until(() => count() === 6);
    // What was asked for in the background is in use once it has come.
    for (let tries = 0; tries < 100 && asked(here.service) !== `eu.${opus9}`; tries++) {
      await collect(there.gateway, { model: opus9 });
    }
    for (let more = 0; more < 5; more++) {
      await collect(there.gateway, { model: opus9 });
      expect(asked(here.service)).toBe(`eu.${opus9}`);
    }
    expect(count()).toBe(6);
  });
});

it("a model whose profile AWS lists is shown, even where AWS does not describe the model", async () => {
  const system = profiles(profile("eu.anthropic.claude-opus-9"), profile("global.anthropic.claude-opus-9"));
  await using here = await listing(
    each({ models: models(model("acme.a-v1", "ON_DEMAND")), system, application: profiles() }),
  );
  await using there = here.opened({ available_models: [] });
  const found = await there.gateway.models({ signal });
  expect(found.map(({ id, name }) => [id, name])).toEqual([
    ["acme.a-v1", "acme.a-v1"],
    ["anthropic.claude-opus-9", "Claude Opus 9"],
  ]);
  expect(told(there)).toEqual([]);
});

it("a profile of a geography that the table does not know is shown, and called", async () => {
  const behind = (id: string) => ({ models: [{ modelArn: `arn:aws:bedrock:xk-north-1::foundation-model/${id}` }] });
  const opus9 = "anthropic.claude-opus-9";
  const sonnet5 = "anthropic.claude-sonnet-5";
  const system = profiles(profile(`xk.${opus9}`, behind(opus9)), profile(`xk.${sonnet5}`, behind(sonnet5)));
  const found = models(model(opus9, "INFERENCE_PROFILE"), model("acme.a-v1", "INFERENCE_PROFILE"));
  await using here = await listing(each({ models: found, system, application: profiles() }));
  await using there = here.opened({ region: "xk-north-1", available_models: [] });
  expect(ids(await there.gateway.models({ signal }))).toEqual([opus9, "claude-sonnet-5"]);
  for (const [name, id] of [
    [opus9, `xk.${opus9}`],
    ["claude-sonnet-5", `xk.${sonnet5}`],
  ] as const) {
    await collect(there.gateway, { model: name });
    expect(asked(here.service)).toBe(id);
  }
});

it("models that AWS says give text, but that Converse does not speak with, are not shown", async () => {
  const others = ["cohere.rerank-v3-5:0", "amazon.nova-sonic-v1:0", "twelvelabs.pegasus-1-2-v1:0"];
  const found = models(...["acme.a-v1", ...others].map((id) => model(id, "ON_DEMAND")));
  await using here = await listing(each({ models: found, system: profiles(), application: profiles() }));
  await using there = here.opened({ available_models: [] });
  expect(ids(await there.gateway.models({ signal }))).toEqual(["acme.a-v1"]);
});

it.each([
  ["the connection breaks", (response) => void response.destroy(), "connection"],
  [
    "the clock is wrong",
    (response, request) => {
      const date = new Date(Date.now() + 2 * 3_600_000).toUTCString();
      return refuses(403, "InvalidSignatureException", "Signature expired: it is earlier.", { date })(
        response,
        request,
      );
    },
    "authentication",
  ],
] as readonly (readonly [string, Reply, string])[])(
  "where %s, AWS is asked again by the next wish for a list",
  async (_why, reply, code) => {
    let fails = true;
    await using here = await listing((response, request) => {
      if (fails) return reply(response, request);
      return each({ models: models(model("acme.a-v1", "ON_DEMAND")), system: profiles(), application: profiles() })(
        response,
        request,
      );
    });
    await using there = here.opened({ available_models: [] });
    await expect(there.gateway.models({ signal })).rejects.toMatchObject({ code });
    fails = false;
    expect(ids(await there.gateway.models({ signal }))).toEqual(["acme.a-v1"]);
  },
);

it("where the profile is not there yet, AWS is asked once it is", async () => {
  await using home = await awsHome({});
  await using here = await listing(
    each({ models: models(model("acme.a-v1", "ON_DEMAND")), system: profiles(), application: profiles() }),
  );
  const settings = { authentication_method: "named_profile", profile: "late", available_models: [] };
  await using there = here.opened(settings);
  await expect(there.gateway.models({ signal })).rejects.toMatchObject({ code: "credentials" });
  const file = join(home.folder, ".aws", "credentials");
  await writeFile(file, "[late]\naws_access_key_id=AKIDLATE\naws_secret_access_key=secret-of-late\n");
  expect(ids(await there.gateway.models({ signal }))).toEqual(["acme.a-v1"]);
});
