import { isGatewayError } from "@waygate/core";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { askExample, Detour, type PluginExamples, type SettingsExample } from "./example.ts";
import { bedrockExamples } from "./gateways/bedrock.ts";
import { openaiCompatibleExamples } from "./gateways/openai-compatible.ts";
import { openrouterExamples } from "./gateways/openrouter.ts";
import { vercelAiGatewayExamples } from "./gateways/vercel-ai-gateway.ts";
import { Machine } from "./machine.ts";

/** One line for each gateway whose examples are known. */
const tables: readonly PluginExamples[] = [
  openrouterExamples,
  vercelAiGatewayExamples,
  bedrockExamples,
  openaiCompatibleExamples,
];

describe.each(tables.map((table) => [table.plugin.name, table] as const))("settings of %s", (_name, table) => {
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await createSimulator({ models: table.models });
  });

  afterEach(() => void vi.unstubAllEnvs());

  afterAll(() => simulator.close());

  it.each(table.examples.map((example) => [example.title, example] as const))("%s", async (_title, example) => {
    await using machine = await Machine.make();
    await useAwsFiles(machine, example.awsCredentials);
    const detour = new Detour(simulator, table.mount);
    const asking = askExample(example, {
      plugins: [table.plugin],
      settingsFile: await machine.write("settings.json", example.settings),
      environment: { HOME: machine.folder, ...example.environment },
      store: "memory",
      cacheFolder: false,
      discover: false,
      watch: false,
      transport: { dispatcher: detour.dispatcher },
    });
    try {
      if (example.refused === undefined) {
        const { notices } = await asking;
        agree(detour, example);
        expect(notices.map(({ code }) => code)).toEqual(example.notices ?? []);
      } else {
        const error: unknown = await asking.then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(isGatewayError(error) ? error.code : error).toBe(example.refused);
        expect(detour.sent).toEqual([]);
      }
    } finally {
      await detour.close();
    }
  });
});

/** The AWS SDK reads the process's own variables: nothing of this machine's is to count. */
async function useAwsFiles(machine: Machine, credentials = ""): Promise<void> {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_CONFIG_FILE", await machine.write("aws/config", ""));
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", await machine.write("aws/credentials", credentials));
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
}

function agree({ sent }: Detour, { sent: wanted = {} }: SettingsExample): void {
  const request = sent.at(-1);
  if (request === undefined) throw new Error("Nothing was sent.");
  if (wanted.origin !== undefined) expect(request.origin).toBe(wanted.origin);
  if (wanted.path !== undefined) expect(request.path).toBe(wanted.path);
  const headers = Object.keys(wanted.headers ?? {}).map((name) => [name, request.headers[name]]);
  expect(Object.fromEntries(headers)).toEqual(wanted.headers ?? {});
  const body = request.body as Readonly<Record<string, unknown>>;
  const fields = Object.keys(wanted.body ?? {}).map((name) => [name, body[name]]);
  expect(Object.fromEntries(fields)).toEqual(wanted.body ?? {});
}
