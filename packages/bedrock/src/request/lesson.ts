import type { ModelEvent } from "@waygate/core/plugin";
import type { ConverseInput, Message } from "./converse-input.ts";
import { failureNote } from "./encode-messages.ts";
import type { EncodedRequest } from "./encode-request.ts";

/** Something that a model was found not to take, by its refusal. */
export type Lesson =
  | "streaming"
  | "tool-streaming"
  | "tool-choice"
  | "temperature"
  | "top-p"
  | "stop-sequences"
  | "cache-points"
  | "result-status"
  | "system"
  | "documents";

/** What a request can go without; an answer that does not stream comes whole. */
type Droppable = Exclude<Lesson, "streaming" | "tool-streaming">;

/** AWS's words for what can be done without, in the order in which they are tried. */
const refusals: readonly (readonly [RegExp, Lesson])[] = [
  [/tool use in streaming mode/i, "tool-streaming"],
  [/not supported for streaming|doesn.?t support streaming/i, "streaming"],
  [/doesn.?t support the (toolConfig\.)?toolChoice/i, "tool-choice"],
  [/temperature.{1,8}and.{1,8}top_?p.{1,40}cannot both|doesn.?t support the (inferenceConfig\.)?topP\b/i, "top-p"],
  [/(temperature|top_p).{0,4}is deprecated|doesn.?t support the (inferenceConfig\.)?temperature\b/i, "temperature"],
  [/doesn.?t support the (inferenceConfig\.)?stopSequences/i, "stop-sequences"],
  [/did not allow prompt caching|doesn.?t support (the )?[\w.]*cachePoint/i, "cache-points"],
  [/doesn.?t support the [\w.]*(toolResult\.)?status\b/i, "result-status"],
  [/doesn.?t support system messages/i, "system"],
  [/doesn.?t support (the )?([\w.]+\.)?documents?\b/i, "documents"],
];

/** What AWS's refusal teaches; undefined for one that nothing can be done about. */
export function lessonOf(words: string): Lesson | undefined {
  return refusals.find(([pattern]) => pattern.test(words))?.[1];
}

/** The request without what its model was found not to take, and a notice for each thing that was left out. */
export function applyLessons(encoded: EncodedRequest, lessons: ReadonlySet<Lesson>): EncodedRequest {
  const notices: ModelEvent[] = [...encoded.notices];
  let { operation, input } = encoded;
  for (const lesson of lessons) {
    if (lesson === "tool-streaming" && input.toolConfig === undefined) continue;
    if (lesson === "streaming" || lesson === "tool-streaming") {
      operation = "converse";
      const { guardrailConfig, ...rest } = input;
      const { streamProcessingMode: _, ...guardrail } = guardrailConfig ?? {};
      input = guardrailConfig === undefined ? input : { ...rest, guardrailConfig: guardrail };
      continue;
    }
    const changed = without(input, lesson);
    if (changed === input) continue;
    input = changed;
    const message = `This model does not take ${words[lesson]}: it was left out.`;
    notices.push({ type: "notice", code: `${lesson}-dropped`, message });
  }
  return { ...encoded, operation, input, notices };
}

const words: Readonly<Record<Droppable, string>> = {
  "tool-choice": "a choice of tool",
  temperature: "a temperature",
  "top-p": "a topP",
  "stop-sequences": "stop sequences",
  "cache-points": "cache points",
  "result-status": "a status of tool results",
  system: "a system prompt, which went out with the first message",
  documents: "documents, in place of which earlier turns have a line of text",
};

function without(input: ConverseInput, lesson: Droppable): ConverseInput {
  const { inferenceConfig, toolConfig, system, messages = [], ...rest } = input;
  switch (lesson) {
    case "tool-choice": {
      if (toolConfig?.toolChoice === undefined) return input;
      return { ...input, toolConfig: { tools: toolConfig.tools } };
    }
    case "temperature":
    case "top-p":
    case "stop-sequences": {
      const { temperature, topP, stopSequences, ...others } = inferenceConfig ?? {};
      const kept = {
        ...others,
        ...(lesson !== "temperature" && temperature !== undefined && { temperature }),
        // A model that takes no temperature takes no topP either.
        ...(lesson === "stop-sequences" && topP !== undefined && { topP }),
        ...(lesson !== "stop-sequences" && stopSequences !== undefined && { stopSequences }),
      };
      if (Object.keys(kept).length === Object.keys(inferenceConfig ?? {}).length) return input;
      const { inferenceConfig: _, ...bare } = input;
      return Object.keys(kept).length === 0 ? bare : { ...bare, inferenceConfig: kept };
    }
    case "cache-points": {
      const changed: ConverseInput = {
        ...rest,
        messages: messages.map((message) => withoutBlocks(message)),
        ...(inferenceConfig !== undefined && { inferenceConfig }),
        ...(system !== undefined && { system: system.filter((block) => block.cachePoint === undefined) }),
        ...(toolConfig !== undefined && {
          toolConfig: { ...toolConfig, tools: toolConfig.tools?.filter((tool) => tool.cachePoint === undefined) },
        }),
      };
      return JSON.stringify(input).includes('"cachePoint"') ? changed : input;
    }
    case "result-status": {
      const has = messages.some(({ content }) => content?.some((block) => block.toolResult?.status !== undefined));
      return has ? { ...input, messages: messages.map(withoutStatus) } : input;
    }
    case "system": {
      const texts = (system ?? []).flatMap((block) => (block.text === undefined ? [] : [{ text: block.text }]));
      const [first, ...others] = messages;
      if (texts.length === 0 || first === undefined) return input;
      const { system: _, ...bare } = input;
      return { ...bare, messages: [{ ...first, content: [...texts, ...(first.content ?? [])] }, ...others] };
    }
    case "documents": {
      // What was said since the model last spoke cannot be left out: of that, the service's refusal is told.
      const latest = messages.findLastIndex(({ role }) => role === "assistant");
      const earlier = messages.slice(0, latest + 1);
      const has = earlier.some(({ content }) => content?.some((block) => block.document !== undefined));
      return has ? { ...input, messages: [...earlier.map(withoutDocuments), ...messages.slice(latest + 1)] } : input;
    }
  }
}

function withoutBlocks(message: Message): Message {
  return { ...message, content: message.content?.filter((block) => block.cachePoint === undefined) };
}

function withoutStatus(message: Message): Message {
  const content = message.content?.map((block) => {
    if (block.toolResult === undefined) return block;
    const { status, ...result } = block.toolResult;
    return {
      toolResult: status === "error" ? { ...result, content: [failureNote, ...(result.content ?? [])] } : result,
    };
  });
  return { ...message, content };
}

function withoutDocuments(message: Message): Message {
  const content = message.content?.map((block) =>
    block.document === undefined ? block : { text: `[A document was here, which you cannot read.]` },
  );
  return { ...message, content };
}
