import { type Capabilities, isObject } from "@waygate/core/plugin";
import { compact, readLimit, readText, readTexts } from "@waygate/plugin-kit";
import { readPricing, type TieredPricing } from "./read-pricing.ts";

/** What the gateway's list says of a model, as far as it is used here. */
export interface ModelFacts {
  readonly id: string;
  readonly name: string | undefined;
  readonly contextWindow: number | undefined;
  readonly maxOutputTokens: number | undefined;
  /** What the list does not say is not here. */
  readonly capabilities: Partial<Capabilities>;
  /** The parameters that its requests may have. Undefined where the list does not say. */
  readonly supportedParameters: readonly string[] | undefined;
  readonly reasoning: ReasoningFacts | undefined;
  readonly pricing: TieredPricing | undefined;
}

/** How a model can be asked to think. Absent where the list does not say. */
export interface ReasoningFacts {
  /** Whether thinking can be switched on and off. */
  readonly toggle: boolean;
  /** The efforts that it takes; undefined: the list names none. */
  readonly efforts: readonly string[] | undefined;
  /** The budgets that it takes, in tokens; undefined: none at all. */
  readonly budget: { readonly min: number | undefined; readonly max: number | undefined } | undefined;
}

/**
 * Reads the answer of `/models`; undefined where it is none. Only models that hold conversations are in it: of type
 * `language`, or of none. Source: vercel.com/docs/ai-gateway/models-and-providers, dynamic model discovery.
 */
export function readModels(answer: unknown): readonly ModelFacts[] | undefined {
  const entries = isObject(answer) ? answer.data : answer;
  if (!Array.isArray(entries)) return undefined;
  return entries.map(readModel).filter((facts) => facts !== undefined);
}

function readModel(entry: unknown): ModelFacts | undefined {
  const id = isObject(entry) ? readText(entry.id) : undefined;
  if (!isObject(entry) || id === undefined) return undefined;
  if (entry.type !== undefined && entry.type !== null && entry.type !== "language") return undefined;
  return {
    id,
    name: readText(entry.name),
    contextWindow: readLimit(entry.context_window),
    // The list calls the limit of the output so; in settings, the name stands for the context window.
    maxOutputTokens: readLimit(entry.max_tokens),
    capabilities: readCapabilities(entry),
    supportedParameters: readTexts(entry.supported_parameters),
    reasoning: readReasoning(entry.reasoning_options),
    pricing: readPricing(entry.pricing),
  };
}

/** Tags and parameters that say what a model can do. A flag is false where the list says much, but not this. */
function readCapabilities(entry: Record<string, unknown>): Partial<Capabilities> {
  const tags = readTexts(entry.tags);
  const parameters = readTexts(entry.supported_parameters);
  const architecture = isObject(entry.architecture) ? entry.architecture : {};
  const modalities = isObject(entry.modalities) ? entry.modalities : {};
  const input = readTexts(architecture.input_modalities) ?? readTexts(modalities.input);
  const says = (lists: readonly (readonly string[] | undefined)[], word: RegExp) => {
    const known = lists.filter((list) => list !== undefined);
    return known.length === 0 ? undefined : known.some((list) => list.some((each) => word.test(each)));
  };
  const options = Array.isArray(entry.reasoning_options) && entry.reasoning_options.length > 0;
  const found = {
    tools: says([parameters, tags], /^(tools|tool-use)$/),
    images: says([input, tags], /^(image|vision|image-input)$/),
    files: says([input, tags], /^(file|pdf|file-input)$/),
    reasoning: options || says([parameters, tags], /^(reasoning|reasoning_effort|include_reasoning)$/),
    // Not every list names these, so that their absence says nothing.
    toolChoice: says([parameters], /^tool_choice$/) || undefined,
    structuredOutput:
      says([parameters, tags], /^(structured_outputs?|structured-outputs?|response_format)$/) || undefined,
  };
  return compact<Partial<Capabilities>>(found);
}

/** Source: vercel.com/docs/ai-gateway/models-and-providers/reasoning, `reasoning_options`. */
function readReasoning(options: unknown): ReasoningFacts | undefined {
  if (!Array.isArray(options)) return undefined;
  const known = options.filter(isObject);
  const effort = known.find(({ type }) => type === "effort");
  const budget = known.find(({ type }) => type === "budget_tokens");
  return {
    toggle: known.some(({ type }) => type === "toggle"),
    efforts: effort && readTexts(effort.values),
    budget: budget && { min: readLimit(budget.min), max: readLimit(budget.max) },
  };
}
