import { describe, expect, it } from "vitest";
import { type Asking, ask } from "./open-router.ts";

const body = async (asking: Asking) => (await ask(asking)).body;

describe("a request's privacy", () => {
  it("goes out as routing", async () => {
    const privacy = { zeroDataRetention: true, denyDataCollection: true, onlyUpstreams: ["anthropic"] };
    expect((await body({ privacy })).provider).toEqual({ zdr: true, data_collection: "deny", only: ["anthropic"] });
    expect((await body({ privacy: {} })).provider).toBeUndefined();
  });

  it("tightens settings and options, and is loosened by none", async () => {
    const privacy = { zeroDataRetention: true, onlyUpstreams: ["anthropic", "google-vertex"] };
    const settings = { model_settings: { "*": { provider: { zdr: false, sort: "price" } } } };
    const options = { provider: { only: ["google-vertex/us-east5", "azure"], data_collection: "deny" } };
    const asked = await ask({ settings, privacy, gatewayOptions: options });
    expect(asked.body.provider).toEqual({
      zdr: true,
      sort: "price",
      only: ["google-vertex/us-east5"],
      data_collection: "deny",
    });
    expect(asked.told).toEqual([
      'routing-not-loosened: The request would loosen routing that can only be tightened: zdr: false, only: "azure" had no effect.',
    ]);
  });
});
