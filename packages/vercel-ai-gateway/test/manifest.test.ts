import vercelAiGateway from "@waygate/vercel-ai-gateway";
import { expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };

it("the manifest in package.json is what the plugin says of itself", () => {
  const { id, name, settingsKey, contract } = vercelAiGateway;
  const credentials = vercelAiGateway.credentials(id);
  expect(manifest.waygate).toEqual({ id, name, settingsKey, contract, credentials });
});
