import type { Capabilities, Model } from "@waygate/core/plugin";
import { FieldOrigins } from "@waygate/plugin-kit";
import type { ListedModel } from "./listed-model.ts";
import type { ModelSettings } from "./settings.ts";

/** What Zed assumes of a model in the settings: it accepts tools, and no images. */
const assumed: Partial<Capabilities> = { tools: true, images: false };

/** Returns a model as settings and list know it together. A field of the settings replaces that of the list. */
export function mergeModel(id: string, settings: ModelSettings | undefined, listed: ListedModel | undefined): Model {
  const origins = new FieldOrigins();
  origins.record("id", settings === undefined ? "gateway" : "settings");
  const limit = settings?.max_completion_tokens ?? settings?.max_output_tokens;
  const { tools, images } = settings?.capabilities ?? {};
  const pricing = origins.choose("pricing", { settings: settings?.pricing, gateway: listed?.pricing });
  return {
    id,
    name: origins.choose("name", { settings: settings?.display_name, gateway: listed?.name, default: id }),
    contextWindow: origins.choose("contextWindow", { settings: settings?.max_tokens, gateway: listed?.contextWindow }),
    maxOutputTokens: origins.choose("maxOutputTokens", { settings: limit, gateway: listed?.maxOutputTokens }),
    capabilities: origins.chooseCapabilities({
      settings: { ...(tools !== undefined && { tools }), ...(images !== undefined && { images }) },
      gateway: listed?.capabilities,
      default: settings === undefined ? undefined : assumed,
    }),
    ...(pricing !== undefined && { pricing }),
    origin: origins.origin,
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
