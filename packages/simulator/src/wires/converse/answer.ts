import type { Answer, AnswerPart } from "../../answer.ts";
import { answerParts } from "../../answer.ts";
import type { Conversation } from "../../conversation.ts";
import { argumentsPieces, argumentsText, joined, textPieces } from "../../pieces.ts";
import { estimateUsage } from "../../tokens.ts";
import type { Fields } from "../chat-completions/fields.ts";
import { intervention } from "./guardrail.ts";
import { signReasoning } from "./reasoning-signature.ts";
import type { ConverseConversation } from "./request.ts";

/** One answer in Bedrock's terms. */
export interface ConverseAnswer {
  readonly parts: readonly AnswerPart[];
  /** Ids of the tool calls, in their order. */
  readonly callIds: readonly string[];
  readonly stopReason: string | null;
  readonly usage: unknown;
  readonly trace: Fields | undefined;
  readonly echoed: Fields;
  readonly error: unknown;
}

/** Words for a finish that the rest of the simulator uses, which are not Bedrock's. */
const STOP_REASONS: Readonly<Record<string, string>> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "content_filtered",
};

/** What a request is answered with: what was made for it, unless a guardrail keeps it back. */
export function toConverse(made: Answer, conversation: ConverseConversation): ConverseAnswer {
  const intervened = intervention(conversation);
  const answer: Answer = intervened === undefined ? made : { text: intervened.text, finish: "guardrail_intervened" };
  const parts = answerParts(answer);
  const callIds = chooseCallIds(parts, conversation);
  const finish = answer.finish === undefined ? (callIds.length > 0 ? "tool_calls" : "stop") : answer.finish;
  return {
    parts,
    callIds,
    stopReason: finish === null ? null : (STOP_REASONS[finish] ?? finish),
    usage: answer.usage === undefined ? usageOf(conversation, parts) : answer.usage,
    trace: intervened?.trace,
    echoed: conversation.converse.echoed,
    error: answer.error,
  };
}

/** The body of an answer that is not streamed. */
export function wholeBody(answer: ConverseAnswer): unknown {
  let calls = 0;
  const content = answer.parts.map((part) => {
    if (part.type === "text") return { text: joined(part.text) };
    if (part.type === "tool-call") {
      return { toolUse: { toolUseId: answer.callIds[calls++], name: part.name, input: inputOf(argumentsText(part)) } };
    }
    const text = joined(part.text);
    return { reasoningContent: { reasoningText: { text, signature: signReasoning(text) } } };
  });
  return {
    output: { message: { role: "assistant", content } },
    ...(answer.stopReason !== null && { stopReason: answer.stopReason }),
    ...closing(answer),
  };
}

/** The events of a streamed answer, made one by one, each an object whose one key is the event's type. */
export function* events(answer: ConverseAnswer): Iterable<Fields> {
  yield { messageStart: { role: "assistant" } };
  let calls = 0;
  for (const [contentBlockIndex, part] of answer.parts.entries()) {
    const delta = (value: unknown) => ({ contentBlockDelta: { contentBlockIndex, delta: value } });
    if (part.type === "tool-call") {
      const toolUse = { toolUseId: answer.callIds[calls++], name: part.name };
      yield { contentBlockStart: { contentBlockIndex, start: { toolUse } } };
      for (const input of argumentsPieces(part)) yield delta({ toolUse: { input } });
    } else if (part.type === "text") {
      for (const text of textPieces(part.text)) yield delta({ text });
    } else {
      for (const text of textPieces(part.text)) yield delta({ reasoningContent: { text } });
      yield delta({ reasoningContent: { signature: signReasoning(joined(part.text)) } });
    }
    yield { contentBlockStop: { contentBlockIndex } };
  }
  // What fails in the middle of an answer has no end to report.
  if (answer.error !== undefined) return;
  if (answer.stopReason !== null) yield { messageStop: { stopReason: answer.stopReason } };
  if (answer.usage !== null) yield { metadata: closing(answer) };
}

function closing(answer: ConverseAnswer): Fields {
  return {
    ...(answer.usage !== null && { usage: answer.usage }),
    metrics: { latencyMs: 1 },
    ...(answer.trace !== undefined && { trace: answer.trace }),
    ...answer.echoed,
  };
}

/** Bedrock never sends arguments that are no JSON in a whole answer; a script may. */
function inputOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What was read from a cache or written to it is no part of `inputTokens`. */
function usageOf(conversation: ConverseConversation, parts: readonly AnswerPart[]): unknown {
  const { input, output } = estimateUsage(conversation, parts);
  const read = conversation.converse.cached ? input.cached : 0;
  const written = conversation.converse.cached ? input.total - input.cached : 0;
  return {
    inputTokens: input.total - read - written,
    outputTokens: output.total,
    totalTokens: input.total + output.total,
    cacheReadInputTokens: read,
    cacheWriteInputTokens: written,
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
