import type { CheckResult, GatewayError } from "@waygate/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { json, openRegistry, startService, type TestService } from "./service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => service.clear());

async function check(settings: object, key?: string): Promise<CheckResult> {
  const { registry } = openRegistry({ api_url: `${service.origin}/v1`, ...settings }, key);
  await using _ = registry;
  const result = await registry.gateway("my-gw.2").check?.({ signal: new AbortController().signal });
  return result ?? expect.unreachable("There is a check.");
}

const models = [{ name: "m", max_tokens: 1 }];

describe("check", () => {
  it("says where, how, with which key, and what there is", async () => {
    service.list = json({ data: [{ id: "a" }, { id: "b" }] });
    const settings = { api_url: `${service.origin}/v1?token=hidden`, dialect: "ollama", available_models: models };
    const { facts } = await check(settings, "sk-secret");
    expect(facts).toEqual([
      { label: "Address", value: `${service.origin}/v1` },
      { label: "Dialect", value: "ollama: Ollama, also its cloud" },
      { label: "API key", value: 'set, sent as "authorization: Bearer …"' },
      { label: "List of models", value: expect.stringMatching(/^2 models, after \d+ ms$/) },
      { label: "Models in the settings", value: "1" },
    ]);
    expect(JSON.stringify(facts)).not.toMatch(/secret|hidden/);
  });

  it.each([
    ["openai", undefined, "not set"],
    ["groq", undefined, "not set, though this service asks for one: set MY_GW_2_API_KEY"],
    ["mistral", "k", 'set, sent as "authorization: Bearer …"'],
    ["azure", "k", 'set, sent as "api-key: …"'],
  ])("tells of the key of %s", async (dialect, key, words) => {
    service.list = json({ data: [{ id: "a" }] });
    const { facts } = await check({ dialect, available_models: models }, key);
    expect(facts.find(({ label }) => label === "API key")?.value).toBe(words);
  });

  it("asks anew each time, also where the list is not wanted otherwise", async () => {
    service.list = json({ data: [{ id: "a" }] });
    const { facts } = await check({ available_models: models, discover: false });
    expect(facts[3]?.value).toMatch(/^1 model, after/);
    expect(service.received).toHaveLength(1);
  });

  it("does without a list where there is none", async () => {
    service.list = json({ detail: "Not Found" }, 404);
    expect((await check({ available_models: models })).facts[3]?.value).toBe("none: the service answered 404");
    await expect(check({})).rejects.toMatchObject({ status: 404 });
    service.clear();
    const { facts } = await check({ dialect: "azure", available_models: models });
    expect(facts[3]?.value).toBe('not asked for: the dialect "azure" has none');
    expect(service.received).toEqual([]);
  });

  it("fails where the key is refused, or nobody answers", async () => {
    service.list = json({ error: { message: "Incorrect API key: sk-secret" } }, 401);
    const refused = await check({ available_models: models }, "sk-secret").catch((error: GatewayError) => error);
    expect(refused).toMatchObject({ code: "authentication", message: expect.stringContaining("MY_GW_2_API_KEY") });
    expect(String(refused)).not.toContain("sk-secret");
    service.list = json({ error: { message: "You did not provide an API key." } }, 401);
    const keyless = await check({ available_models: models }).catch((error: GatewayError) => error);
    expect(keyless).toMatchObject({ message: expect.stringContaining("There is no key: set MY_GW_2_API_KEY.") });
    await expect(check({ api_url: "http://127.0.0.1:1/v1" })).rejects.toMatchObject({ code: "connection" });
  });
});
