import {
  type GatewayEntry,
  GatewayError,
  type GuardedGateway,
  isGatewayError,
  type Registry,
  reworded,
} from "@waygate/core";
import type { Plugins } from "../discovery/plugins.ts";
import type { Choice, ChooseOptions } from "../host.ts";
import type { Feature } from "../settings/agent.ts";
import { formatPlace } from "../settings/place.ts";
import type { Settings } from "../settings/settings.ts";

/** The registry's gateways, with the plugins loaded that they need. */
export class GatewayAccess {
  readonly #registry: Registry;
  readonly #plugins: Plugins;
  readonly #settings: Settings;

  constructor(registry: Registry, plugins: Plugins, settings: Settings) {
    this.#registry = registry;
    this.#plugins = plugins;
    this.#settings = settings;
  }

  /** All gateways, as their loaded plugins see them. */
  async entries(): Promise<readonly GatewayEntry[]> {
    const { lazy } = this.#plugins;
    const { languageModels } = this.#settings.layers;
    const lists = await Promise.all(lazy.map((plugin) => plugin.entries(languageModels)));
    const loaded = new Map(lists.flat().map((entry) => [entry.id, entry]));
    return this.#registry.gateways().map((entry) => {
      // What refuses it may be another gateway of the same id, which only the registry knows.
      const isLazy = entry.state === "ready" && lazy.some(({ id }) => id === entry.plugin);
      return (isLazy ? loaded.get(entry.id) : undefined) ?? entry;
    });
  }

  /** A gateway, its plugin loaded. */
  async open(id: string): Promise<GuardedGateway> {
    const entry = this.#registry.gateways().find((candidate) => candidate.id === id);
    const waiting = this.#plugins.infos().find((info) => info.state === "unconfirmed" && info.id === id);
    if (entry === undefined && waiting !== undefined) {
      const message = `There is no gateway "${id}" yet: its plugin "${waiting.package}" is installed, but not confirmed. ${waiting.problem}`;
      throw new GatewayError(message, { gateway: id, code: "settings" });
    }
    const plugin = this.#plugins.lazy.find((candidate) => candidate.id === entry?.plugin);
    await plugin?.load(id);
    return this.#registry.gateway(id);
  }

  /** What the settings choose for a feature, opened and looked up. */
  async choose(feature: Feature, { current, signal }: ChooseOptions): Promise<Choice | undefined> {
    const chosen = this.#settings.model(feature, current);
    if (chosen === undefined) return undefined;
    const { provider, model, temperature, path, fromProject } = chosen;
    try {
      await this.open(provider);
      const { gateway } = await this.#registry.select({ provider, model }, signal);
      const thinks = { ...gateway.capabilities, ...gateway.model?.(model)?.capabilities }.reasoning;
      const reasoning = thinks || chosen.reasoning === "off" ? chosen.reasoning : undefined;
      const choice = { gateway, model, reasoning, temperature };
      // No option of a run: `run({ ...choice, messages })` must not copy it.
      return Object.defineProperty(choice, "fromProject", { value: fromProject }) as Choice;
    } catch (error) {
      const place = path && this.#settings.place(path);
      if (!isGatewayError(error) || place === undefined) throw error;
      throw reworded(error, `${formatPlace(place)}: ${error.message}`);
    }
  }
}
