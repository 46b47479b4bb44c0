import { isObject } from "@waygate/core/plugin";
import type { Host } from "@waygate/host";
import type { Simulator } from "@waygate/simulator";

/** About as fast as a model speaks. */
const tokensPerSecond = 80;

/**
 * The gateway that is there without being configured: a simulator in this process, on loopback, reached through the
 * same plugin as any other OpenAI-compatible service. Nothing of it is loaded before it is started.
 */
export class BuiltInSimulator {
  readonly id = "simulator";
  readonly #host: Host;
  #started: Promise<Simulator> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Starts it and puts it among the gateways, below what the settings say. Starting it again does nothing. */
  async start(): Promise<void> {
    this.#started ??= this.#start();
    await this.#started;
  }

  async close(): Promise<void> {
    await (await this.#started)?.close();
  }

  async #start(): Promise<Simulator> {
    const { createSimulator } = await import("@waygate/simulator");
    const simulator = await createSimulator({ tokensPerSecond });
    const service = { api_url: simulator.url, available_models: await listModels(simulator.url) };
    await this.#host.settings.setDefaults({ language_models: { openai_compatible: { [this.id]: service } } });
    return simulator;
  }
}

/** Its models as `available_models`: one that answers, and one for each way to fail. */
async function listModels(url: string): Promise<readonly object[]> {
  const list: unknown = await (await fetch(`${url}/models`)).json();
  const entries: readonly unknown[] = isObject(list) && Array.isArray(list.data) ? list.data : [];
  return entries.filter(isObject).map(({ id, name }) => ({
    name: id,
    display_name: typeof name === "string" ? name : String(id),
    max_tokens: 128_000,
  }));
}
