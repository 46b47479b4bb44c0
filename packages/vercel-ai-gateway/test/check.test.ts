import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { failure, type Keys, openRegistry, sendJson, startService, type TestService } from "./service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => service.clear());

/** Answers as vercel.com/docs/ai-gateway/sdks-and-apis/rest-api documents them. */
function serve(credits: unknown, status = 200): void {
  service.get = (path, response) => {
    if (path.startsWith("/credits")) sendJson(response, credits, status);
    else sendJson(response, { data: [{ id: "a/a" }, { id: "b/b" }, { id: "e/e", type: "embedding" }] });
  };
}

async function check(settings: object = {}, keys?: Keys): Promise<Record<string, string>> {
  await using registry = openRegistry(service, settings, keys).registry;
  const result = await registry.gateway("vercel_ai_gateway").check?.({ signal: new AbortController().signal });
  return Object.fromEntries((result?.facts ?? []).map(({ label, value }) => [label, value]));
}

describe("check", () => {
  it("tells the key, the credit, the count of models and the latency", async () => {
    serve({ balance: "95.50", total_used: "4.50" });
    expect(await check({ api_url: `${service.url}?secret=1` })).toEqual({
      Address: service.url,
      Key: "an API key of the gateway, accepted",
      "Credit left": "$95.50",
      "Credit used": "$4.50",
      Models: "2",
      Latency: expect.stringMatching(/^\d+ ms$/),
    });
    expect(service.received.map(({ url }) => url)).toEqual([
      "/v1/credits?secret=1",
      "/v1/models?secret=1&include_mappings=true",
    ]);
    expect(service.received[0]?.headers.authorization).toBe("Bearer vck_test");
  });

  it.each([
    ["vck_abc", "an API key of the gateway, accepted"],
    ["eyJhbGciOi.eyJzdWIi.c2ln", "an OIDC token of a Vercel project, accepted"],
    ["other", 'does not begin with "vck_", as keys of the gateway do, accepted'],
  ])("tells what kind of key %s is, and never the key", async (api_key, Key) => {
    serve({ balance: "1", total_used: "0" });
    const facts = await check({}, { api_key });
    expect(facts).toMatchObject({ Key });
    expect(Object.values(facts).join(" ")).not.toContain(api_key);
  });

  it("tells that keys of own accounts are stored", async () => {
    serve({ balance: "1", total_used: "0" });
    const provider_keys = '{"anthropic":[{"apiKey":"sk-ant-1"}]}';
    expect(await check({}, { api_key: "vck_test", provider_keys })).toMatchObject({
      "Keys of own accounts with providers": "stored",
    });
  });

  it.each([
    ["0", "$0.00: requests will be refused until more is added"],
    ["-0.01", "-$0.0100: requests will be refused until more is added"],
    ["0.05", "$0.0500"],
    [12, "$12.00"],
    [undefined, "not told"],
  ])("tells of a balance of %j: %s", async (balance, fact) => {
    serve({ balance });
    expect(await check()).toMatchObject({ "Credit left": fact });
  });

  it.each([403, 404])("goes on where the credit is not told: %i", async (status) => {
    serve({ error: { message: "Forbidden" } }, status);
    expect(await check()).toMatchObject({
      Key: "an API key of the gateway, not refused",
      "Credit left": `not told: the gateway answered ${status}`,
      Models: "2",
    });
  });

  it("rejects where the key is refused, with what to do about it", async () => {
    serve({ error: { message: "Invalid API key", type: "authentication_error" } }, 401);
    const error = await failure(check({}, { api_key: "sk-or-v1-0123" }));
    expect(error.code).toBe("authentication");
    expect(error.message).toContain('begin with "vck_"; the one sent looks like a key of OpenRouter');
  });

  it("rejects without a key, before anything is sent", async () => {
    expect((await failure(check({}, {}))).code).toBe("credentials");
    expect(service.received).toEqual([]);
  });

  it("rejects where there is no list of models", async () => {
    service.get = (path, response) =>
      path.startsWith("/credits") ? sendJson(response, { balance: "1" }) : sendJson(response, {}, 500);
    expect((await failure(check())).status).toBe(500);
  });
});
