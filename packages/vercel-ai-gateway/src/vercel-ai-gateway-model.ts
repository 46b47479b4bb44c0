import type { Capabilities, Model } from "@waygate/core/plugin";
import { FieldOrigins } from "@waygate/plugin-kit";
import type { ModelFacts, ReasoningFacts } from "./model-facts.ts";
import type { TieredPricing } from "./read-pricing.ts";
import type { ModelSettings } from "./settings.ts";

/** A model with what this gateway alone tells of it. */
export interface VercelAiGatewayModel extends Model {
  readonly pricing?: TieredPricing | undefined;
  /** The parameters that its requests may have. Undefined where the list does not say. */
  readonly supportedParameters?: readonly string[] | undefined;
  /** How it can be asked to think. Undefined where the list does not say. */
  readonly reasoning?: ReasoningFacts | undefined;
}

/**
 * A model from what the list and the settings say of it, the settings winning field by field. `origin` names the source
 * of each field, of each capability too (`capabilities.tools`).
 */
export function toModel(id: string, facts: ModelFacts | undefined, settings: ModelSettings): VercelAiGatewayModel {
  const origins = new FieldOrigins();
  origins.record("id", facts === undefined ? "settings" : "gateway");
  const limit = settings.max_completion_tokens ?? settings.max_output_tokens;
  return {
    id,
    name: origins.choose("name", { settings: settings.display_name, gateway: facts?.name, default: id }),
    contextWindow: origins.choose("contextWindow", { settings: settings.max_tokens, gateway: facts?.contextWindow }),
    maxOutputTokens: origins.choose("maxOutputTokens", { settings: limit, gateway: facts?.maxOutputTokens }),
    capabilities: origins.chooseCapabilities({
      settings: capabilitiesOfSettings(settings),
      gateway: facts?.capabilities,
    }),
    pricing: origins.choose("pricing", { gateway: facts?.pricing }),
    supportedParameters: origins.choose("supportedParameters", { gateway: facts?.supportedParameters }),
    reasoning: origins.choose("reasoning", { gateway: facts?.reasoning }),
    origin: origins.origin,
  };
}

function capabilitiesOfSettings({ capabilities = {}, reasoning_effort: effort }: ModelSettings): Partial<Capabilities> {
  const { tools, images } = capabilities;
  return {
    ...(tools !== undefined && { tools }),
    ...(images !== undefined && { images }),
    ...(effort !== undefined && effort !== "none" && { reasoning: true }),
  };
}
