import type { Answer, AnswerPart } from "../answer.ts";
import type { Conversation } from "../conversation.ts";
import { limitAnswer } from "../limit.ts";
import { nextCalls } from "./next-calls.ts";
import type { PlannedCall } from "./plan.ts";
import { reportResults } from "./report.ts";
import type { Progress } from "./results.ts";
import { readProgress } from "./results.ts";
import { minimalValue } from "./schema-value.ts";
import { INTRODUCTION, talk } from "./talk.ts";

/**
 * Answers by rules: the same conversation gets the same answer. It calls the tools that the last user message asks for,
 * step by step, and then says in words what they gave. Since a message asks for a fixed number of steps, a loop over it
 * ends; a `tool_choice` that demands a call is met in the first step only, for the same reason.
 */
export function answerConversation(conversation: Conversation): Answer {
  const progress = readProgress(conversation);
  const calls = nextCalls(conversation, progress);
  const parts: AnswerPart[] = conversation.reasoning ? [{ type: "reasoning", text: reason(progress, calls) }] : [];
  if (calls.length > 0) {
    parts.push({ type: "text", text: `Calling ${calls.map(({ tool }) => tool.name).join(", ")}.` });
    for (const call of calls) parts.push({ type: "tool-call", name: call.tool.name, arguments: call.arguments });
  } else parts.push({ type: "text", text: finalText(conversation, progress) });
  return limitAnswer({ parts }, conversation);
}

function finalText(conversation: Conversation, progress: Progress): string {
  const { responseFormat } = conversation;
  if (responseFormat.type === "json") {
    return JSON.stringify(
      responseFormat.schema === undefined
        ? { simulator: true, answer: plainText(conversation, progress) }
        : minimalValue(responseFormat.schema),
    );
  }
  return plainText(conversation, progress);
}

function plainText(conversation: Conversation, progress: Progress): string {
  if (progress.results.length === 0) return talk(conversation, progress);
  return `${INTRODUCTION} Here is what the tools gave.\n\n${reportResults(progress.results)}`;
}

function reason(progress: Progress, calls: readonly PlannedCall[]): string {
  const given = progress.results.length;
  const start = given === 0 ? "The last message is new." : `There are ${given} tool results since the last message.`;
  if (calls.length === 0) return `${start} No further tool is asked for, so I answer in words.`;
  return `${start} It asks for ${calls.map(({ tool }) => tool.name).join(", ")}.`;
}
