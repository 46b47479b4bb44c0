import type { Capabilities, FieldOrigin, Model } from "@waygate/core/plugin";
import { compact, FieldOrigins, toPricing } from "@waygate/plugin-kit";
import type { ModelFacts, ReasoningFacts } from "./model-facts.ts";
import { isRouter, isUnlisted } from "./model-id.ts";
import type { ModelSettings } from "./settings.ts";

/** The model that chooses one for each request. It is there whatever the list says. */
export const autoModel = "openrouter/auto";

/** A model with what OpenRouter alone tells of it. */
export interface OpenRouterModel extends Model {
  /** `text`, `image`, `file`, `audio`, `video`. Undefined where it is not known. */
  readonly modalities?: { readonly input?: readonly string[]; readonly output?: readonly string[] } | undefined;
  /** The parameters that at least one of its providers takes. */
  readonly supportedParameters?: readonly string[] | undefined;
  /** How it can be asked to think. Absent for one that does not, and for routers. */
  readonly reasoning?: ReasoningFacts | undefined;
}

/**
 * A model from what the list and the settings say of it, the settings winning field by field. `origin` names the source
 * of each field, of each capability too (`capabilities.tools`).
 */
export function toModel(id: string, facts: ModelFacts | undefined, settings: ModelSettings): OpenRouterModel {
  const origins = new FieldOrigins();
  origins.record("id", originOf(id, facts));
  const auto = id === autoModel;
  const limit = settings.max_completion_tokens ?? settings.max_output_tokens;
  const model: OpenRouterModel = {
    id,
    name: origins.choose("name", {
      settings: settings.display_name,
      gateway: facts?.name,
      default: auto ? "Auto Router" : id,
    }),
    contextWindow: origins.choose("contextWindow", {
      settings: settings.max_tokens,
      gateway: facts?.contextWindow,
      default: auto ? 2_000_000 : undefined,
    }),
    maxOutputTokens: origins.choose("maxOutputTokens", { settings: limit, gateway: facts?.maxOutputTokens }),
    capabilities: origins.chooseCapabilities({
      settings: capabilitiesOfSettings(settings),
      gateway: capabilitiesOfList(id, facts),
    }),
    pricing: origins.choose("pricing", { gateway: facts && toPricing(facts.prices) }),
    origin: origins.origin,
  };
  if (facts === undefined) return model;
  const { inputModalities: input, outputModalities: output, supportedParameters, reasoning } = facts;
  return {
    ...model,
    modalities: { ...(input && { input }), ...(output && { output }) },
    supportedParameters,
    reasoning,
  };
}

function capabilitiesOfSettings({ supports_tools: tools, supports_images: images, mode }: ModelSettings) {
  return {
    ...(tools !== undefined && { tools }),
    ...(images !== undefined && { images }),
    ...(mode !== undefined && mode.type !== "default" && { reasoning: true }),
  };
}

/** Files are not among them: OpenRouter reads PDF for models that do not. */
function capabilitiesOfList(id: string, facts: ModelFacts | undefined): Partial<Capabilities> {
  // What a router cannot do, the model that it chooses may.
  const told = (able: boolean | undefined) => (able === false && isRouter(id) ? undefined : able);
  const accepts = (parameter: string) => told(facts?.supportedParameters?.includes(parameter));
  const capabilities = {
    tools: accepts("tools"),
    toolChoice: accepts("tool_choice"),
    images: told(facts?.inputModalities?.includes("image")),
    reasoning: accepts("reasoning"),
    // Of JSON without a schema, too, as one capability stands for both.
    structuredOutput:
      accepts("structured_outputs") === false ? accepts("response_format") : accepts("structured_outputs"),
  };
  return compact<Partial<Capabilities>>(capabilities);
}

function originOf(id: string, facts: ModelFacts | undefined): FieldOrigin {
  if (facts !== undefined) return "gateway";
  return id === autoModel || isUnlisted(id) ? "default" : "settings";
}
