import type { Capabilities, FieldOrigin, Model } from "@waygate/core/plugin";
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
  const origin: Record<string, FieldOrigin> = { id: facts === undefined ? "settings" : "gateway" };
  const choose = <Value>(field: string, set: Value | undefined, listed: Value | undefined): Value | undefined => {
    const value = set ?? listed;
    if (value !== undefined) origin[field] = set === undefined ? "gateway" : "settings";
    return value;
  };
  const listed = facts?.capabilities ?? {};
  const flags = settings.capabilities ?? {};
  const effort = settings.reasoning_effort;
  const set: Partial<Capabilities> = {
    ...(flags.tools === undefined ? {} : { tools: flags.tools }),
    ...(flags.images === undefined ? {} : { images: flags.images }),
    ...(effort === undefined || effort === "none" ? {} : { reasoning: true }),
  };
  for (const name of Object.keys({ ...listed, ...set }) as (keyof Capabilities)[]) {
    choose(`capabilities.${name}`, set[name], listed[name]);
  }
  const limit = settings.max_completion_tokens ?? settings.max_output_tokens;
  const name = choose("name", settings.display_name, facts?.name);
  if (name === undefined) origin.name = "default";
  return {
    id,
    name: name ?? id,
    contextWindow: choose("contextWindow", settings.max_tokens, facts?.contextWindow),
    maxOutputTokens: choose("maxOutputTokens", limit, facts?.maxOutputTokens),
    capabilities: { ...listed, ...set },
    pricing: choose("pricing", undefined, facts?.pricing),
    supportedParameters: choose("supportedParameters", undefined, facts?.supportedParameters),
    reasoning: choose("reasoning", undefined, facts?.reasoning),
    origin,
  };
}
