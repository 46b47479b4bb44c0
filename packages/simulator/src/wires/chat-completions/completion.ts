import type { Answer, AnswerPart } from "../../answer.ts";
import { answerParts } from "../../answer.ts";
import type { Conversation } from "../../conversation.ts";
import { argumentsPieces, argumentsText, joined, textPieces } from "../../pieces.ts";
import { estimateUsage } from "../../tokens.ts";

/** One answer with all that stays the same from its first chunk to its last. */
export interface Completion {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly parts: readonly AnswerPart[];
  /** Ids of the tool calls, in their order. */
  readonly callIds: readonly string[];
  readonly finish: string | null;
  readonly usage: unknown;
  readonly includeUsage: boolean;
  readonly error: unknown;
}

export function toCompletion(answer: Answer, conversation: Conversation, serial: number): Completion {
  const parts = answerParts(answer);
  const callIds = chooseCallIds(parts, conversation);
  return {
    id: `chatcmpl-simulator-${serial}`,
    created: Math.floor(Date.now() / 1000),
    model: conversation.model,
    parts,
    callIds,
    finish: answer.finish === undefined ? (callIds.length > 0 ? "tool_calls" : "stop") : answer.finish,
    usage: answer.usage === undefined ? usageOf(conversation, parts) : answer.usage,
    includeUsage: answer.usage === undefined ? conversation.includeUsage : answer.usage !== null,
    error: answer.error,
  };
}

/** The body of an answer that is not streamed. */
export function wholeBody(completion: Completion): unknown {
  if (completion.error !== undefined) return { error: completion.error };
  const texts = completion.parts.flatMap((part) => (part.type === "text" ? [joined(part.text)] : []));
  const reasoning = completion.parts.flatMap((part) => (part.type === "reasoning" ? [joined(part.text)] : []));
  const calls = completion.parts
    .filter((part) => part.type === "tool-call")
    .map((part, index) => ({
      id: completion.callIds[index],
      type: "function",
      function: { name: part.name, arguments: argumentsText(part) },
    }));
  const message = {
    role: "assistant",
    content: texts.length === 0 && calls.length > 0 ? null : texts.join(""),
    ...(reasoning.length > 0 && { reasoning_content: reasoning.join("") }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return {
    id: completion.id,
    object: "chat.completion",
    created: completion.created,
    model: completion.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: completion.finish }],
    ...(completion.usage !== null && { usage: completion.usage }),
  };
}

/** The chunks of a streamed answer, made one by one. */
export function* chunks(completion: Completion): Iterable<unknown> {
  yield chunk(completion, [choice({ role: "assistant", content: "" })]);
  let calls = 0;
  for (const part of completion.parts) {
    if (part.type === "tool-call") {
      const index = calls++;
      const opening = { name: part.name, arguments: "" };
      const call = { index, id: completion.callIds[index], type: "function", function: opening };
      yield chunk(completion, [choice({ tool_calls: [call] })]);
      for (const piece of argumentsPieces(part)) {
        yield chunk(completion, [choice({ tool_calls: [{ index, function: { arguments: piece } }] })]);
      }
    } else {
      const field = part.type === "text" ? "content" : "reasoning_content";
      for (const piece of textPieces(part.text)) yield chunk(completion, [choice({ [field]: piece })]);
    }
  }
  if (completion.error !== undefined) {
    yield { error: completion.error };
    return;
  }
  if (completion.finish !== null) yield chunk(completion, [choice({}, completion.finish)]);
  if (completion.includeUsage) yield chunk(completion, [], completion.usage);
}

function chunk(completion: Completion, choices: readonly unknown[], usage: unknown = null): unknown {
  return {
    id: completion.id,
    object: "chat.completion.chunk",
    created: completion.created,
    model: completion.model,
    choices,
    ...(completion.includeUsage && { usage }),
  };
}

function choice(delta: unknown, finish: string | null = null): unknown {
  return { index: 0, delta, logprobs: null, finish_reason: finish };
}

function usageOf(conversation: Conversation, parts: readonly AnswerPart[]): unknown {
  const { input, output } = estimateUsage(conversation, parts);
  return {
    prompt_tokens: input.total,
    completion_tokens: output.total,
    total_tokens: input.total + output.total,
    prompt_tokens_details: { cached_tokens: input.cached },
    completion_tokens_details: { reasoning_tokens: output.reasoning },
  };
}

/** Ids given are kept; the others are counted on from the calls of the history, so that none comes twice. */
function chooseCallIds(parts: readonly AnswerPart[], conversation: Conversation): readonly string[] {
  const calls = parts.filter((part) => part.type === "tool-call");
  const past = conversation.turns.flatMap((turn) => (turn.role === "assistant" ? turn.toolCalls : []));
  const used = new Set([...past.map((call) => call.id), ...calls.flatMap((call) => call.id ?? [])]);
  let next = past.length;
  return calls.map((call) => {
    if (call.id !== undefined) return call.id;
    do next += 1;
    while (used.has(`call_${next}`));
    return `call_${next}`;
  });
}
