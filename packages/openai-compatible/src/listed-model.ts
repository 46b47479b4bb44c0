import { isObject, type Model } from "@waygate/core/plugin";
import { readLimit } from "@waygate/plugin-kit";
import { readAbilities, writesText } from "./read-abilities.ts";
import { readPricing } from "./read-pricing.ts";

/** What a service's list says of a model. */
export interface ListedModel extends Omit<Model, "name" | "origin"> {
  /** For people, where it is another than the id. */
  readonly name?: string | undefined;
}

/**
 * The models in a service's list, in its order. Undefined where the answer holds no list. Known are `{data: […]}` as
 * OpenAI has it, a bare list (Together, GitHub), and `{models: […]}` (Ollama, LM Studio, xAI). Left out is what the list
 * itself says is no chat model; what it does not say is not guessed from names.
 */
export function readList(answer: unknown): readonly ListedModel[] | undefined {
  const entries = entriesOf(answer);
  if (entries === undefined) return undefined;
  const models = new Map<string, ListedModel>();
  for (const entry of entries) {
    const model = typeof entry === "string" ? { id: entry, capabilities: {} } : readEntry(entry);
    // LiteLLM names a model once for each place that serves it: the first says enough.
    if (model !== undefined && !models.has(model.id)) models.set(model.id, model);
  }
  return [...models.values()];
}

function entriesOf(answer: unknown): readonly unknown[] | undefined {
  if (Array.isArray(answer)) return answer;
  if (!isObject(answer)) return undefined;
  // llama.cpp answers in both shapes at once; OpenAI's holds more.
  if (Array.isArray(answer.data)) return answer.data;
  if (Array.isArray(answer.models)) return answer.models;
  // Ollama's compatible list, as long as nothing is installed.
  return answer.object === "list" && (answer.data === null || answer.data === undefined) ? [] : undefined;
}

function readEntry(entry: unknown): ListedModel | undefined {
  if (!isObject(entry)) return undefined;
  // `key`: LM Studio. `model_name`: LiteLLM. `model`, `name`: Ollama.
  const id = [entry.id, entry.key, entry.model_name, entry.model, entry.name].find(isText);
  if (id === undefined || !writesText(entry)) return undefined;
  const name = [entry.display_name, entry.name].find(isText);
  return {
    id,
    name: name === id ? undefined : name,
    contextWindow: tokensIn(entry, contextFields, Math.max),
    maxOutputTokens: tokensIn(entry, outputFields, Math.max),
    capabilities: readAbilities(entry),
    pricing: readPricing(entry),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

/** What the server has loaded comes first: it is what holds. What the model was made for is the last resort. */
const contextFields = [
  "loaded_context_length", // LM Studio
  "n_ctx", // llama.cpp, GPUStack
  "max_model_len", // vLLM, SGLang
  "context_length", // OpenRouter, Together, Fireworks, Moonshot, xAI
  "context_window", // Groq, Vercel
  "max_context_length", // Mistral, LM Studio
  "max_context_window_tokens", // GitHub Copilot
  "context_size", // Novita
  "max_input_tokens", // LiteLLM, Anthropic, GitHub
  "n_ctx_train", // llama.cpp
] as const;

const outputFields = ["max_completion_tokens", "max_output_tokens"] as const;

/** The first of the fields that is a number of tokens, wherever services put such fields. */
function tokensIn(
  entry: Record<string, unknown>,
  fields: readonly string[],
  pick: (...values: number[]) => number,
): number | undefined {
  const places = placesOf(entry);
  for (const field of fields) {
    const values = places.map((place) => readLimit(place[field])).filter((value) => value !== undefined);
    if (values.length > 0) return pick(...values);
  }
  return undefined;
}

function placesOf(entry: Record<string, unknown>): readonly Record<string, unknown>[] {
  const { meta, metadata, model_info, limits, top_provider, capabilities } = entry;
  const one = [
    meta,
    metadata,
    model_info,
    limits,
    top_provider,
    isObject(capabilities) ? capabilities.limits : undefined,
  ];
  // Hugging Face: one for each provider, of which one that can hold the conversation may answer.
  const providers = Array.isArray(entry.providers) ? entry.providers : [];
  // LM Studio: one for each copy of the model that is loaded.
  const loaded = Array.isArray(entry.loaded_instances) ? entry.loaded_instances : [];
  const instances = loaded.map((instance) => (isObject(instance) ? instance.config : undefined));
  const loadedContext = instances.filter(isObject).map((config) => ({ loaded_context_length: config.context_length }));
  return [entry, ...one, ...providers, ...loadedContext].filter(isObject);
}
