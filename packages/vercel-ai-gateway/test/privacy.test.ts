import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ask, openRegistry, startService, type TestService } from "./service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => service.clear());

describe("a request's privacy", () => {
  it("goes out as routing", async () => {
    const privacy = { zeroDataRetention: true, denyDataCollection: true, onlyUpstreams: ["anthropic"] };
    expect((await ask(service, { privacy })).body.providerOptions).toEqual({
      gateway: { zeroDataRetention: true, disallowPromptTraining: true, only: ["anthropic"] },
    });
    expect((await ask(service, { privacy: {} })).body.providerOptions).toBeUndefined();
  });

  it("is loosened by no option, and leaves keys out that the gateway does not watch over", async () => {
    const keys = { api_key: "vck_test", provider_keys: '{"anthropic":[{"apiKey":"sk-own"}]}' };
    const gateway = { zeroDataRetention: false, disallowPromptTraining: false };
    const asked = await ask(service, {
      keys,
      privacy: { denyDataCollection: true },
      gatewayOptions: { providerOptions: { gateway } },
    });
    expect(asked.body.providerOptions).toEqual({ gateway: { zeroDataRetention: false, disallowPromptTraining: true } });
    expect(asked.told).toContain("routing-not-loosened");
  });

  it("is what settings and options say by themselves, for fallbacks to be held to", () => {
    const providerOptions = { gateway: { zeroDataRetention: true } };
    const { registry } = openRegistry(service, { model_settings: { "*": { providerOptions } } });
    const own = { providerOptions: { gateway: { only: ["anthropic"] } } };
    expect(registry.gateway("vercel_ai_gateway").privacyOf({ model: "m", gatewayOptions: own })).toEqual({
      zeroDataRetention: true,
      onlyUpstreams: ["anthropic"],
    });
  });
});
