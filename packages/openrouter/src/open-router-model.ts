import type { Capabilities, FieldOrigin, Model, Pricing } from "@waygate/core/plugin";
import type { ModelFacts, Prices, ReasoningFacts } from "./model-facts.ts";
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
  const sources = new Sources();
  const auto = id === autoModel;
  const name = sources.choose("name", settings.display_name, facts?.name, auto ? "Auto Router" : id);
  const context = auto ? 2_000_000 : undefined;
  const limit = settings.max_completion_tokens ?? settings.max_output_tokens;
  const model: OpenRouterModel = {
    id,
    name: name ?? id,
    contextWindow: sources.choose("contextWindow", settings.max_tokens, facts?.contextWindow, context),
    maxOutputTokens: sources.choose("maxOutputTokens", limit, facts?.maxOutputTokens),
    capabilities: capabilitiesOf(id, facts, settings, sources),
    pricing: sources.choose("pricing", undefined, facts && toPricing(facts.prices)),
    origin: { id: originOf(id, facts), ...sources.origin },
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

/** Files are not among them: OpenRouter reads PDF for models that do not. */
function capabilitiesOf(
  id: string,
  facts: ModelFacts | undefined,
  settings: ModelSettings,
  sources: Sources,
): Partial<Capabilities> {
  // What a router cannot do, the model that it chooses may.
  const told = (able: boolean | undefined) => (able === false && isRouter(id) ? undefined : able);
  const takes = (parameter: string) => told(facts?.supportedParameters?.includes(parameter));
  const images = told(facts?.inputModalities?.includes("image"));
  const thinks = settings.mode === undefined || settings.mode.type === "default" ? undefined : true;
  // Of JSON without a schema, too, as one capability stands for both.
  const formats = takes("structured_outputs") === false ? takes("response_format") : takes("structured_outputs");
  const capabilities = {
    tools: sources.choose("capabilities.tools", settings.supports_tools, takes("tools")),
    images: sources.choose("capabilities.images", settings.supports_images, images),
    toolChoice: sources.choose("capabilities.toolChoice", undefined, takes("tool_choice")),
    reasoning: sources.choose("capabilities.reasoning", thinks, takes("reasoning")),
    structuredOutput: sources.choose("capabilities.structuredOutput", undefined, formats),
  };
  return Object.fromEntries(Object.entries(capabilities).filter(([, able]) => able !== undefined));
}

/** Chooses the value of each field, and remembers where it was learnt. */
class Sources {
  readonly origin: Record<string, FieldOrigin> = {};

  choose<Value>(field: string, settings?: Value, gateway?: Value, fallback?: Value): Value | undefined {
    const known = { settings, gateway, default: fallback };
    for (const origin of ["settings", "gateway", "default"] as const) {
      if (known[origin] === undefined) continue;
      this.origin[field] = origin;
      return known[origin];
    }
    return undefined;
  }
}

function originOf(id: string, facts: ModelFacts | undefined): FieldOrigin {
  if (facts !== undefined) return "gateway";
  return id === autoModel || isUnlisted(id) ? "default" : "settings";
}

function toPricing({ input, output, cacheRead, cacheWrite }: Prices): Pricing | undefined {
  if (input === undefined && output === undefined) return undefined;
  return { currency: "USD", input, output, cacheRead, cacheWrite };
}
