import type { NoticeEvent } from "@waygate/core/plugin";
import { type Layered, LayeredSettings, layFields, mergeJson } from "@waygate/plugin-kit";
import { layProviderOptions } from "./lay-provider-options.ts";
import type { RequestSettings } from "./options.ts";
import type { ModelSettings, VercelAiGatewaySettings } from "./settings.ts";

/** The settings of each model: those of patterns, then of its own entry. */
export function modelSettings(
  { model_settings: patterns, available_models: models }: VercelAiGatewaySettings,
  notice: (notice: Omit<NoticeEvent, "type">) => void,
): LayeredSettings<ModelSettings> {
  return new LayeredSettings({ patterns, models, lay: layOver, notice });
}

/** Lays the settings of a model, or the options of a request, over others. Routing can only be tightened. */
export function layOver<Below extends RequestSettings, Above extends RequestSettings>(
  below: Below,
  above: Above,
): Layered<Below & Above> {
  const merged = layFields<ModelSettings, ModelSettings>(below, above, {
    capabilities: (lower, upper) => ({ ...lower, ...upper }),
    extra_body: (lower, upper) => mergeJson(lower, upper, "stay"),
  }) as Below & Above;
  if (below.providerOptions === undefined || above.providerOptions === undefined) {
    return { settings: merged, ignored: [] };
  }
  const { options, ignored } = layProviderOptions(below.providerOptions, above.providerOptions);
  return { settings: { ...merged, providerOptions: options }, ignored };
}
