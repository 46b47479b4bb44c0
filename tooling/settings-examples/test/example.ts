import type { GatewayPlugin, MessageInput, RunOptions, Tool } from "@waygate/core";
import { run } from "@waygate/core";
import { createHost, type Feature, type Host, type HostOptions, type Notice } from "@waygate/host";
import type { Simulator } from "@waygate/simulator";
import { Agent, type Dispatcher } from "undici";

/** One settings file, and the bytes that come of it. */
export interface SettingsExample {
  readonly title: string;
  /** The file as a person wrote it. */
  readonly settings: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The person's AWS credentials file. Default: empty. */
  readonly awsCredentials?: string;
  /** What is asked. By default `agent.default_model` is said hello to, without tools. */
  readonly ask?: {
    readonly feature?: Feature;
    /** In place of what `agent` chooses. */
    readonly model?: { readonly gateway: string; readonly model: string };
    readonly messages?: readonly MessageInput[];
    readonly tools?: readonly Tool[];
    readonly sessionId?: string;
    readonly cache?: RunOptions["cache"];
  };
  /** What was sent with the last request: all of the origin and path, these headers, these fields of the body. */
  readonly sent?: {
    readonly origin?: string;
    readonly path?: string;
    /** `undefined`: must not be there. */
    readonly headers?: Readonly<Record<string, string | undefined>>;
    /** `undefined`: must not be there. */
    readonly body?: Readonly<Record<string, unknown>>;
  };
  /** The code of the error that comes in place of a request. */
  readonly refused?: string;
  /** Codes of what is to be remarked about the file. Default: nothing. */
  readonly notices?: readonly string[];
}

/** The examples of one plugin. */
export interface PluginExamples {
  readonly plugin: GatewayPlugin;
  /** The path below the service's own that its requests go to, and where the simulator answers them. */
  readonly mount: { readonly from: string | RegExp; readonly to: string };
  /** Those that the simulator has. */
  readonly models: readonly string[];
  readonly examples: readonly SettingsExample[];
}

export interface SentRequest {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Everything that leaves for any host of the world is noted and answered by the simulator. */
export class Detour {
  readonly sent: SentRequest[] = [];
  readonly #simulator: Simulator;
  readonly #mount: PluginExamples["mount"];
  readonly #agent = new Agent();

  constructor(simulator: Simulator, mount: PluginExamples["mount"]) {
    this.#simulator = simulator;
    this.#mount = mount;
  }

  readonly dispatcher = {
    dispatch: (options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean => {
      const { origin, path, headers, body, method } = options;
      if (method === "POST") {
        const text = typeof body === "string" ? body : new TextDecoder().decode(body as Uint8Array);
        const sent = Object.entries((headers ?? {}) as Record<string, string>).map(([name, value]) => [
          name.toLowerCase(),
          value,
        ]);
        this.sent.push({ origin: String(origin), path, headers: Object.fromEntries(sent), body: JSON.parse(text) });
      }
      const { from, to } = this.#mount;
      const place = path.split("?")[0]?.replace(from, to) ?? path;
      return this.#agent.dispatch({ ...options, origin: new URL(this.#simulator.url).origin, path: place }, handler);
    },
  };

  close(): Promise<void> {
    return this.#agent.close();
  }
}

/** Asks what an example asks, through everything from the file to the wire. */
export async function askExample(
  example: SettingsExample,
  options: HostOptions,
): Promise<{ readonly notices: readonly Notice[] }> {
  await using host = await createHost(options);
  const { feature = "default_model", model, ...rest } = example.ask ?? {};
  const choice = model === undefined ? await host.choose(feature) : await choose(host, model);
  if (choice === undefined) throw new Error(`The example chooses no model for ${feature}.`);
  await run({ ...choice, messages: [{ role: "user", content: "Hello" }], maxSteps: 1, ...rest }).result();
  return { notices: host.notices() };
}

async function choose(host: Host, { gateway, model }: { readonly gateway: string; readonly model: string }) {
  const temperature = host.settings.temperature({ provider: gateway, model });
  return { gateway: await host.gateway(gateway), model, temperature };
}
