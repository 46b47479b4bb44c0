import { isGatewayError } from "@waygate/core";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askExample, Detour, type PluginExamples, type SettingsExample } from "./settings-examples/example.ts";
import { openaiCompatibleExamples } from "./settings-examples/openai-compatible.ts";
import { World } from "./world.ts";

/** One line for each gateway whose examples are known. */
const tables: readonly PluginExamples[] = [openaiCompatibleExamples];

describe.each(tables.map((table) => [table.plugin.name, table] as const))("settings of %s", (_name, table) => {
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await createSimulator({ models: ["my-model", "small"] });
  });

  afterAll(() => simulator.close());

  it.each(table.examples.map((example) => [example.title, example] as const))("%s", async (_title, example) => {
    await using world = await World.make();
    const detour = new Detour(simulator, table.mount);
    const asking = askExample(example, {
      plugins: [table.plugin],
      settingsFile: await world.write("settings.json", example.settings),
      environment: { ...world.environment, ...example.environment },
      store: "memory",
      cacheFolder: false,
      discover: false,
      watch: false,
      transport: { dispatcher: detour.dispatcher },
    });
    try {
      if (example.refused === undefined) {
        await asking;
        agree(detour, example);
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
