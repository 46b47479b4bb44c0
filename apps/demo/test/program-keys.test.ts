import { readFileSync, writeFileSync } from "node:fs";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { completions, Playground, serviceSettings } from "./program.ts";

let playground: Playground;
let simulator: Simulator;

beforeEach(async () => {
  playground = new Playground();
  simulator = await createSimulator({ models: ["test"] });
});

afterEach(async () => {
  playground.clear();
  await simulator.close();
});

/** Of gateways in use, without settings, disabled, with wrong settings, and of those that the AWS SDK finds by itself. */
const credentials = [
  ...["LOCAL_API_KEY", "OPENROUTER_API_KEY", "OPENROUTER_PROVIDER_API_KEYS", "WRONG_API_KEY"],
  ...["VERCEL_AI_GATEWAY_API_KEY", "AI_GATEWAY_API_KEY", "VERCEL_OIDC_TOKEN", "VERCEL_AI_GATEWAY_PROVIDER_KEYS"],
  ...["WAYGATE_SECRET_ACCESS_KEY", "ZED_SECRET_ACCESS_KEY", "WAYGATE_BEDROCK_BEARER_TOKEN", "ZED_SESSION_TOKEN"],
  ...["AWS_BEARER_TOKEN_BEDROCK", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
];
const environment = {
  ...Object.fromEntries(credentials.map((name) => [name, `sk-secret-of-${name.toLowerCase()}`])),
  OPENROUTER_PROVIDER_API_KEYS: '{"openai": "sk-secret-of-provider"}',
  HTTPS_PROXY: "http://user:sk-secret-of-proxy@127.0.0.1:9",
  all_proxy: "socks5://user:sk-secret-of-proxy@127.0.0.1:9",
  NO_PROXY: "127.0.0.1",
  OTHER: "seen",
};

function useSettings(disabled: readonly string[]): void {
  const { language_models } = serviceSettings(simulator.url) as {
    language_models: { openai_compatible: Record<string, unknown> };
  };
  language_models.openai_compatible.wrong = { api_url: 7 };
  const open_router = { api_url: simulator.url, available_models: [{ name: "test", max_tokens: 100_000 }] };
  playground.settings({ language_models: { ...language_models, open_router }, disabled_plugins: disabled });
}

function expectNoSecret(seen: string): void {
  expect(seen).toContain("OTHER=seen");
  expect(seen).toContain("HTTPS_PROXY=http://127.0.0.1:9");
  expect(seen).toContain("all_proxy=socks5://127.0.0.1:9");
  expect(seen).not.toContain("sk-secret");
  expect(seen).not.toMatch(new RegExp(`^(${credentials.join("|")})=`, "m"));
}

describe("programs that the program starts get no key", () => {
  it.each([
    ["of any gateway", "local:test", ["amazon-bedrock", "vercel_ai_gateway", "openrouter"]],
    ["of a map of gateways that is disabled too", "openrouter:test", ["openai_compatible"]],
  ])("as a command, %s", async (_, model, disabled) => {
    useSettings(disabled);
    simulator.script(
      { toolCalls: [{ name: "run_command", arguments: { command: "env >seen.txt" } }] },
      { text: "Done." },
    );
    const { code, stderr } = await playground.run(["chat", "--yes", "--model", model, "Hello there"], { environment });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(completions(simulator)).toHaveLength(2);
    expectNoSecret(readFileSync(`${playground.folder}/seen.txt`, "utf8"));
  });

  it("as an editor", async () => {
    useSettings([]);
    const editor = playground.outside("editor");
    writeFileSync(editor, "#!/bin/sh\nenv >seen.txt\n", { mode: 0o755 });
    await playground.run(["settings", "edit"], { environment: { ...environment, EDITOR: editor } });
    expectNoSecret(readFileSync(`${playground.folder}/seen.txt`, "utf8"));
  });
});
