import { createRegistry, run } from "@waygate/core";
import openrouter from "@waygate/openrouter";
import { createSimulator } from "@waygate/simulator";
import { expect, it } from "vitest";

it("holds a whole conversation with tools, offline", async () => {
  await using simulator = await createSimulator({ models: ["openrouter/auto"], apiKey: "sk-or-1" });
  await using registry = createRegistry({
    plugins: [openrouter],
    settings: { open_router: { api_url: simulator.url, model_settings: { "*": { provider: { zdr: true } } } } },
    credentials: ({ credential }) => (credential.id === "api_key" ? "sk-or-1" : undefined),
  });
  const selection = await registry.select({ provider: "openrouter", model: "openrouter/auto" });
  const read = {
    name: "read_file",
    description: "Reads a file.",
    parameters: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
    execute: ({ path }: { readonly path: string }) => `${path}: a page about trees`,
  };
  const messages = [{ role: "user", content: "Read `trees.md` and tell me what it is about." }] as const;
  const { text, steps } = await run({ ...selection, messages, tools: [read] }).result();
  expect(steps).toBe(2);
  expect(text).toContain("a page about trees");
  const asked = simulator.requests.filter(({ path }) => path.endsWith("/chat/completions"));
  expect(asked.map(({ body }) => (body as { readonly provider: object }).provider)).toEqual([
    { zdr: true },
    { zdr: true },
  ]);
});
