import type { Answer, AnswerPart } from "./answer.ts";
import { answerParts } from "./answer.ts";
import type { Conversation } from "./conversation.ts";
import { argumentsText, joined } from "./pieces.ts";
import { CHARACTERS_PER_TOKEN } from "./tokens.ts";

/**
 * Ends an answer where the request's `stop` texts or its token limit end it. Reasoning counts towards the limit, as it
 * does with real models. A tool call whose name does not fit is left out; its arguments may be cut anywhere.
 */
export function limitAnswer(answer: Answer, conversation: Conversation): Answer {
  const stopped = stopParts(answerParts(answer), conversation.stop);
  const limited = shortenParts(stopped, conversation.maxTokens * CHARACTERS_PER_TOKEN);
  return limited.length < stopped.length || limited.some((part, index) => part !== stopped[index])
    ? { parts: limited, finish: "length" }
    : { parts: limited };
}

function stopParts(parts: readonly AnswerPart[], stop: readonly string[]): readonly AnswerPart[] {
  for (const [index, part] of parts.entries()) {
    if (part.type !== "text") continue;
    const text = joined(part.text);
    const ends = stop.map((word) => text.indexOf(word)).filter((end) => end >= 0);
    if (ends.length > 0) return [...parts.slice(0, index), { type: "text", text: text.slice(0, Math.min(...ends)) }];
  }
  return parts;
}

function shortenParts(parts: readonly AnswerPart[], characters: number): readonly AnswerPart[] {
  const kept: AnswerPart[] = [];
  let left = characters;
  for (const part of parts) {
    if (part.type === "tool-call") {
      const text = argumentsText(part);
      left -= part.name.length;
      if (left <= 0) break;
      kept.push(text.length <= left ? part : { ...part, arguments: cut(text, left) });
      left -= text.length;
    } else {
      const text = joined(part.text);
      kept.push(text.length <= left ? part : { type: part.type, text: cut(text, left) });
      left -= text.length;
    }
    if (left < 0) break;
  }
  return kept;
}

/** Cuts at a length, one earlier where that would leave half a surrogate pair. */
function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/u, "");
}
