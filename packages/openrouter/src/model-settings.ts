import type { NoticeEvent } from "@waygate/core/plugin";
import { type Layered, LayeredSettings, layFields, mergeJson } from "@waygate/plugin-kit";
import { layReasoning } from "./ask-for-reasoning.ts";
import { baseOf } from "./model-id.ts";
import type { OpenRouterOptions } from "./open-router-options.ts";
import type { ModelSettings, OpenRouterSettings } from "./settings.ts";
import { tighten } from "./tighten.ts";

/** The settings of each model: those of patterns, then of its own entry. What holds for a model holds for its variants. */
export function modelSettings(
  { model_settings: patterns, available_models: models }: OpenRouterSettings,
  notice: (notice: Omit<NoticeEvent, "type">) => void,
): LayeredSettings<ModelSettings> {
  return new LayeredSettings({ patterns, models, lay: layOver, namesOf: (model) => [baseOf(model), model], notice });
}

/** Lays the settings of a model, or the options of a request, over others. Routing can only be tightened. */
export function layOver<Below extends OpenRouterOptions, Above extends OpenRouterOptions>(
  below: Below,
  above: Above,
): Layered<Below & Above> {
  const merged = layFields<OpenRouterOptions, OpenRouterOptions>(below, above, {
    metadata: (lower, upper) => ({ ...lower, ...upper }),
    trace: (lower, upper) => ({ ...lower, ...upper }),
    reasoning: layReasoning,
    extra_body: (lower, upper) => mergeJson(lower, upper, "stay"),
  }) as Below & Above;
  if (below.provider === undefined || above.provider === undefined) return { settings: merged, ignored: [] };
  const { routing, ignored } = tighten(below.provider, above.provider);
  return { settings: { ...merged, provider: routing }, ignored };
}
