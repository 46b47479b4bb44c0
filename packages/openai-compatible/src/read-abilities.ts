import { type Capabilities, isObject } from "@waygate/core/plugin";

/** Kinds of models that answer no chat, by any name that lists have for them. */
const otherKinds =
  /^(embeddings?|image|images|image[_-]generation|image[_-]edit|audio|audio[_-](speech|transcription)|speech|transcri(be|ption)|tts|stt|text[_-]to[_-]speech|speech[_-]to[_-]text|video|video[_-]generation|moderations?|rerank(er)?|ocr|search|vector[_-]store|realtime)$/i;

/** Whether a model writes text, as far as its list says; what the list does not say may be one. */
export function writesText(entry: Record<string, unknown>): boolean {
  const { capabilities, model_info: info } = entry;
  const kinds = [entry.type, entry.mode, isObject(info) ? info.mode : undefined];
  // GitHub Copilot puts the kind among the capabilities.
  if (isObject(capabilities)) kinds.push(capabilities.type);
  if (kinds.some((kind) => typeof kind === "string" && otherKinds.test(kind))) return false;
  // Fireworks; Groq has models that nobody can use any more.
  if (entry.supports_chat === false || entry.active === false) return false;
  if (isObject(capabilities)) {
    // Mistral; Azure.
    if (capabilities.completion_chat === false || capabilities.chat_completion === false) return false;
  }
  const abilities = words(capabilities);
  // Ollama: a model that chats has "completion" among them.
  if (abilities.some((word) => /^(embeddings?|image)$/.test(word)) && !abilities.includes("completion")) return false;
  const output = modalities(entry, "output_modalities");
  return output === undefined || output.includes("text");
}

/** What a list says that a model can do. Nothing where it says nothing: the gateway's own abilities hold then. */
export function readAbilities(entry: Record<string, unknown>): Partial<Capabilities> {
  const { tools, images, reasoning, files, structuredOutput } = {
    ...fromFlags(entry),
    ...fromModalities(entry),
    ...fromParameters(entry),
    ...fromWords(entry),
  };
  return {
    ...(tools === undefined ? {} : { tools }),
    ...(images === undefined ? {} : { images }),
    ...(files === undefined ? {} : { files }),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(structuredOutput === undefined ? {} : { structuredOutput }),
  };
}

type Found = { -readonly [Ability in keyof Capabilities]?: boolean };

/** Names of flags, each with what it says; false is believed only where it means that the model cannot. */
const flags: readonly (readonly [field: string, ability: keyof Found, believeFalse: boolean])[] = [
  ["supports_tools", "tools", true], // Fireworks, Hugging Face
  ["supports_function_calling", "tools", true], // LiteLLM
  ["support_tool_calls", "tools", true], // GPUStack
  ["function_calling", "tools", true], // Mistral
  ["tool_calls", "tools", true], // GitHub Copilot
  ["trained_for_tool_use", "tools", false], // LM Studio, which offers tools to every model
  ["supports_image_input", "images", true], // Fireworks
  ["supports_image_in", "images", true], // Moonshot
  ["supports_vision", "images", true], // LiteLLM
  ["support_vision", "images", true], // GPUStack
  ["vision", "images", true], // Mistral, LM Studio, GitHub Copilot
  ["supports_reasoning", "reasoning", true], // LiteLLM, Moonshot
  ["support_reasoning", "reasoning", true], // GPUStack
  ["reasoning", "reasoning", true], // Mistral
  ["supports_pdf_input", "files", true], // LiteLLM
  ["supports_response_schema", "structuredOutput", true], // LiteLLM
  ["supports_structured_output", "structuredOutput", true], // Hugging Face
];

function fromFlags(entry: Record<string, unknown>): Found {
  const { meta, model_info: info, capabilities, providers } = entry;
  const supports = isObject(capabilities) ? capabilities.supports : undefined;
  const places = [entry, meta, info, capabilities, supports].filter(isObject);
  // Of several providers it is enough that one can.
  const some = Array.isArray(providers) ? providers.filter(isObject) : [];
  const found: Found = {};
  for (const [field, ability, believeFalse] of flags) {
    const said = places.map((place) => place[field]).find((value) => typeof value === "boolean");
    const offers = some.map((place) => place[field]).filter((value) => typeof value === "boolean");
    const value = said ?? (offers.length > 0 ? offers.includes(true) : undefined);
    if (value === true || (value === false && believeFalse)) found[ability] ??= value;
  }
  return found;
}

function fromModalities(entry: Record<string, unknown>): Found {
  const input = modalities(entry, "input_modalities");
  if (input === undefined) return {};
  const files = input.some((kind) => /^(file|pdf|document)$/.test(kind));
  return { images: input.includes("image"), ...(files ? { files } : {}) };
}

/** OpenRouter's way, which others took over: the parameters that requests to the model may have. */
function fromParameters({ supported_parameters: parameters }: Record<string, unknown>): Found {
  const known = words(parameters);
  if (known.length === 0) return {};
  return {
    tools: known.includes("tools"),
    reasoning: known.some((word) => /^(reasoning|reasoning_effort|include_reasoning)$/.test(word)),
    structuredOutput: known.some((word) => /^(structured_outputs|response_format)$/.test(word)),
  };
}

/** Abilities as a list of words: Ollama's is complete, those of LM Studio and GitHub name only what is special. */
function fromWords({ capabilities }: Record<string, unknown>): Found {
  const known = words(capabilities);
  if (known.length === 0) return {};
  const has = (pattern: RegExp) => known.some((word) => pattern.test(word));
  const found: Found = {};
  const say = (ability: keyof Found, can: boolean) => {
    if (can || known.includes("completion")) found[ability] = can;
  };
  say("tools", has(/^(tools|tool[_-](use|calling)|function[_-]calling)$/));
  say("images", has(/^(vision|multimodal)$/));
  say("reasoning", has(/^(thinking|reasoning)$/));
  return found;
}

/** A list of modalities, by any of the names and places that it has. */
function modalities(entry: Record<string, unknown>, field: string): readonly string[] | undefined {
  const { architecture } = entry;
  const places = [architecture, entry].filter(isObject);
  const lists = places.flatMap((place) => [words(place[field]), words(place[`supported_${field}`])]);
  return lists.find((list) => list.length > 0);
}

function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((word) => typeof word === "string").map((word) => word.toLowerCase()) : [];
}
