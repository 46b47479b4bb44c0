import { createRegistry, isGatewayError, run, type Tool } from "@waygate/core";
import { createSimulator } from "@waygate/simulator";
import vercelAiGateway from "@waygate/vercel-ai-gateway";
import { expect, it } from "vitest";

const look: Tool = {
  name: "look",
  description: "Looks.",
  parameters: { type: "object" },
  readOnly: true,
  execute: () => "a cat",
};

it("holds a whole turn with the simulator, with a tool, its models found by themselves", async () => {
  await using simulator = await createSimulator({ models: ["acme/one", "acme/two"], apiKey: "vck_simulated" });
  simulator.script({ toolCalls: [{ name: "look", arguments: {} }] }, { text: "It is a cat." });
  await using registry = createRegistry({
    plugins: [vercelAiGateway],
    settings: {
      vercel_ai_gateway: {
        api_url: simulator.url,
        model_settings: { "acme/*": { providerOptions: { gateway: { zeroDataRetention: true } } } },
      },
    },
    credentials: ({ credential }) => (credential.id === "api_key" ? "vck_simulated" : undefined),
  });
  const [list] = await registry.models();
  expect(list?.models.map(({ id }) => id)).toEqual(["acme/one", "acme/two"]);
  const { gateway, model } = await registry.select({ provider: "vercel_ai_gateway", model: "acme/two" });
  const result = await run({ gateway, model, messages: [{ role: "user", content: "Look!" }], tools: [look] }).result();
  expect(result).toMatchObject({ text: "It is a cat.", reason: "stop", steps: 2 });
  const asked = simulator.requests.filter(({ path }) => path.endsWith("/chat/completions"));
  expect(asked.map(({ body }) => body)).toMatchObject([
    { model: "acme/two", providerOptions: { gateway: { zeroDataRetention: true } } },
    { model: "acme/two", providerOptions: { gateway: { zeroDataRetention: true } } },
  ]);
});

it("says what is wrong with a key that the simulator refuses", async () => {
  await using simulator = await createSimulator({ apiKey: "vck_right" });
  await using registry = createRegistry({
    plugins: [vercelAiGateway],
    settings: { vercel_ai_gateway: { api_url: simulator.url } },
    credentials: ({ credential }) => (credential.id === "api_key" ? "sk-ant-wrong" : undefined),
  });
  const gateway = registry.gateway("vercel_ai_gateway");
  const messages = [{ role: "user", content: "Hello" }] as const;
  const error: unknown = await run({ gateway, model: "simulator", messages })
    .result()
    .catch((reason) => reason);
  expect(isGatewayError(error) && error.code).toBe("authentication");
  expect(String(error)).toContain("looks like a key of Anthropic");
});
