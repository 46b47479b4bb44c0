import type { Fields } from "../chat-completions/fields.ts";
import type { ConverseConversation } from "./request.ts";

/** The word in the last user message that every guardrail of the simulator keeps back. */
const FORBIDDEN = /\bforbidden\b/i;

/** What a guardrail says in place of the model, and what it tells of why. */
export interface Intervention {
  readonly text: string;
  readonly trace: Fields | undefined;
}

/** Undefined where there is no guardrail, or nothing for it to keep back. */
export function intervention({ converse }: ConverseConversation): Intervention | undefined {
  const { guardrail, lastText } = converse;
  if (guardrail === undefined || !FORBIDDEN.test(lastText)) return undefined;
  const topics = [{ name: "Forbidden", type: "DENY", action: "BLOCKED", detected: true }];
  const inputAssessment = { [idOf(guardrail.identifier)]: { topicPolicy: { topics } } };
  return {
    text: "The guardrail of the simulator keeps this back.",
    trace: guardrail.traced ? { guardrail: { inputAssessment, actionReason: "Guardrail blocked." } } : undefined,
  };
}

/** `abc123` of `arn:aws:bedrock:us-east-1:123456789012:guardrail/abc123`. */
export function idOf(identifier: string): string {
  return identifier.slice(identifier.lastIndexOf("/") + 1);
}
