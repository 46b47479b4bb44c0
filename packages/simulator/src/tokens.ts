import type { AnswerPart } from "./answer.ts";
import type { Conversation, Turn } from "./conversation.ts";
import { argumentsText, joined } from "./pieces.ts";

/** The simulator's whole tokenizer: four characters make a token. */
export const CHARACTERS_PER_TOKEN = 4;

/** What an image or a file counts for; its encoded size says nothing about what a model would be billed. */
const CHARACTERS_PER_ATTACHMENT = 340;

/** Estimated token counts of one exchange. */
export interface TokenUsage {
  readonly input: { readonly total: number; readonly cached: number };
  readonly output: { readonly total: number; readonly reasoning: number };
}

/** Tokens that a number of characters is counted as, rounded up. */
function tokensFor(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

/**
 * Estimates the usage of one exchange from its texts alone: the same request and answer give the same figures. What
 * stood before the last assistant message was part of an earlier request, so it counts as read from the cache.
 */
export function estimateUsage(conversation: Conversation, parts: readonly AnswerPart[]): TokenUsage {
  const tools = conversation.tools.length === 0 ? 0 : JSON.stringify(conversation.tools).length;
  const lastAnswer = conversation.turns.findLastIndex((turn) => turn.role === "assistant");
  const cached = lastAnswer < 0 ? 0 : tools + charactersOf(conversation.turns.slice(0, lastAnswer));
  let output = 0;
  let reasoning = 0;
  for (const part of parts) {
    const characters = charactersOfPart(part);
    output += characters;
    if (part.type === "reasoning") reasoning += characters;
  }
  return {
    input: {
      total: tokensFor(tools + charactersOf(conversation.turns)),
      cached: Math.floor(cached / CHARACTERS_PER_TOKEN),
    },
    output: { total: tokensFor(output), reasoning: tokensFor(reasoning) },
  };
}

function charactersOf(turns: readonly Turn[]): number {
  let characters = 0;
  for (const turn of turns) {
    characters += turn.text.length;
    if (turn.role === "user") characters += turn.attachments * CHARACTERS_PER_ATTACHMENT;
    if (turn.role === "assistant") {
      for (const call of turn.toolCalls) characters += call.name.length + call.arguments.length;
    }
  }
  return characters;
}

function charactersOfPart(part: AnswerPart): number {
  if (part.type === "tool-call") return part.name.length + argumentsText(part).length;
  return joined(part.text).length;
}
