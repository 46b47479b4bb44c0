import type { Capabilities, FieldOrigin, Model } from "@waygate/core/plugin";
import type { ListedModel } from "./listed-model.ts";
import type { ModelSettings } from "./settings.ts";

/**
 * A model as settings and list know it together. A field of the settings wins over the list's, each for itself; what a
 * flag does not say and the list neither is as Zed has it: a model of the settings takes tools, and no images.
 */
export function mergeModel(id: string, settings: ModelSettings | undefined, listed: ListedModel | undefined): Model {
  const origin: Record<string, FieldOrigin> = { id: settings === undefined ? "gateway" : "settings" };
  const choose = <Value>(field: string, set: Value | undefined, found: Value | undefined, otherwise?: Value) => {
    const value = set ?? found ?? otherwise;
    if (value !== undefined) {
      origin[field] = set !== undefined ? "settings" : found !== undefined ? "gateway" : "default";
    }
    return value;
  };
  const name = choose("name", settings?.display_name, listed?.name, id) ?? id;
  const contextWindow = choose("contextWindow", settings?.max_tokens, listed?.contextWindow);
  const limit = settings?.max_completion_tokens ?? settings?.max_output_tokens;
  const maxOutputTokens = choose("maxOutputTokens", limit, listed?.maxOutputTokens);
  const capabilities: { -readonly [Ability in keyof Capabilities]?: boolean } = { ...listed?.capabilities };
  for (const ability of Object.keys(capabilities)) origin[`capabilities.${ability}`] = "gateway";
  for (const [ability, otherwise] of [
    ["tools", true],
    ["images", false],
  ] as const) {
    const set = settings?.capabilities[ability];
    const fallback = settings === undefined ? undefined : otherwise;
    const value = choose(`capabilities.${ability}`, set, listed?.capabilities[ability], fallback);
    if (value !== undefined) capabilities[ability] = value;
  }
  const pricing = choose("pricing", undefined, listed?.pricing);
  return {
    id,
    name,
    contextWindow,
    maxOutputTokens,
    capabilities,
    ...(pricing === undefined ? {} : { pricing }),
    origin,
  };
}

/** All models: those of the settings in their order, then what else the list has. */
export function mergeModels(settings: readonly ModelSettings[], listed: readonly ListedModel[]): readonly Model[] {
  const byId = new Map(listed.map((model) => [model.id, model]));
  const named = new Set(settings.map(({ name }) => name));
  return [
    ...settings.map((model) => mergeModel(model.name, model, byId.get(model.name))),
    ...listed.filter(({ id }) => !named.has(id)).map((model) => mergeModel(model.id, undefined, model)),
  ];
}
