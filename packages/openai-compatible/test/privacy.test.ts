import type { Privacy } from "@waygate/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { askOnce, openRegistry, startService, type TestService } from "./service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => service.clear());

const promises = { privacy: { zero_data_retention: true, data_collection: "deny" } };

describe("a request's privacy", () => {
  it.each<[Privacy, object]>([
    [{ zeroDataRetention: true }, promises],
    [{ denyDataCollection: true }, promises],
    [{ onlyUpstreams: ["my-gw.2"] }, {}],
    [{}, {}],
  ])("%j is met by what a person says of the service: %j", async (privacy, settings) => {
    expect((await askOnce(service, { service: settings, privacy })).url).toBe("/v1/chat/completions");
  });

  it.each<[Privacy, object]>([
    [{ zeroDataRetention: true }, {}],
    [{ zeroDataRetention: true }, { privacy: { zero_data_retention: false, data_collection: "deny" } }],
    [{ denyDataCollection: true }, { privacy: { zero_data_retention: true } }],
    [{ onlyUpstreams: ["another"] }, promises],
  ])("%j is refused where nobody promised it: %j", async (privacy, settings) => {
    await expect(askOnce(service, { service: settings, privacy })).rejects.toMatchObject({ code: "unsupported" });
    expect(service.received).toEqual([]);
  });

  it("cannot be promised in another way", () => {
    const { registry } = openRegistry({ api_url: `${service.origin}/v1`, privacy: { data_collection: "allow" } });
    expect(() => registry.gateway("my-gw.2")).toThrow('must be "deny", or left out');
  });
});
