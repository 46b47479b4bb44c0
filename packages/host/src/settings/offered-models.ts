import type { GatewayPlugin } from "@waygate/core";
import { isObject } from "@waygate/core/plugin";
import type { AgentSettings, ModelName } from "./agent.ts";

type Raw = Readonly<Record<string, unknown>>;

/** Where in `language_models` the settings of a plugin's gateways are. */
export type PluginSection = Pick<GatewayPlugin, "id" | "settingsKey" | "instances">;

export interface Offer {
  /** The settings of the user, over those of the program. Nothing of a project. */
  readonly settings: Raw;
  /** `agent` of these settings. */
  readonly agent: AgentSettings;
  readonly plugins: readonly PluginSection[];
  /** What the program offers beside all settings. */
  readonly models: readonly ModelName[];
}

/**
 * The models that a project may choose: those that the settings of the user or of the program name, be it under `agent`
 * or in `available_models` of a gateway, and those that the program offers itself. That a gateway lists a model is not
 * enough: the longest lists have the dearest models.
 */
export class OfferedModels {
  readonly #names: ReadonlySet<string>;

  constructor({ settings, agent, plugins, models }: Offer) {
    const languageModels = isObject(settings.language_models) ? settings.language_models : {};
    const described = plugins.flatMap((plugin) => describedModels(plugin, languageModels));
    this.#names = new Set([...agent.named, ...described, ...models].map(nameOf));
  }

  has(model: ModelName): boolean {
    return this.#names.has(nameOf(model));
  }
}

function describedModels({ id, settingsKey, instances }: PluginSection, languageModels: Raw): readonly ModelName[] {
  const section = Object.hasOwn(languageModels, settingsKey) ? languageModels[settingsKey] : undefined;
  if (!isObject(section)) return [];
  const gateways = instances === "one" ? [[id, section] as const] : Object.entries(section);
  return gateways.flatMap(([provider, settings]) => {
    const models = isObject(settings) && Array.isArray(settings.available_models) ? settings.available_models : [];
    return models.flatMap((entry: unknown) =>
      isObject(entry) && typeof entry.name === "string" ? [{ provider, model: entry.name }] : [],
    );
  });
}

function nameOf({ provider, model }: ModelName): string {
  return JSON.stringify([provider, model]);
}
