import type { Turn } from "../../conversation.ts";
import { readFields, refuse } from "../chat-completions/fields.ts";
import type { Content } from "./content.ts";
import { decodeContent } from "./content.ts";
import { readList } from "./union.ts";

/** The history, and what Bedrock wants to know about it as a whole. */
export interface History {
  readonly turns: readonly Turn[];
  readonly cachePoints: number;
  /** Whether a tool call or a result stands in it: such a history needs tools beside it. */
  readonly usesTools: boolean;
  /** The text of the last user message, which a guardrail looks at. */
  readonly lastText: string;
}

/** Reads the history, as strictly as Bedrock does about its order and about which result answers which call. */
export function decodeMessages(value: unknown): History {
  const messages = readList(value, "messages").map((message, index) => {
    const at = `messages[${index}]`;
    const fields = readFields(message, at);
    const role = index % 2 === 0 ? "user" : "assistant";
    if (fields.role !== role) {
      refuse(`${at}.role`, `'${at}.role' is to be "${role}": user and assistant take turns, and the user begins.`);
    }
    const content = decodeContent(fields.content, `${at}.content`);
    checkBlocks(role, content, at);
    return { role, content } as const;
  });
  if (messages.length === 0) refuse("messages", "'messages' is to be an array of at least one message.");
  checkResults(messages);
  const contents = messages.map(({ content }) => content);
  return {
    turns: messages.flatMap(({ role, content }) => toTurns(role, content)),
    cachePoints: contents.reduce((sum, { cachePoints }) => sum + cachePoints, 0),
    usesTools: contents.some(({ calls, results }) => calls.length + results.length > 0),
    lastText: messages.findLast(({ role }) => role === "user")?.content.texts.join("\n") ?? "",
  };
}

function checkBlocks(role: "user" | "assistant", content: Content, at: string): void {
  if (role === "user" && content.calls.length > 0) refuse(at, `'${at}' is of the user, who makes no tool calls.`);
  if (role === "assistant" && content.results.length > 0)
    refuse(at, `'${at}' is of the assistant, who gives no results.`);
  if (content.documents > 0 && content.texts.length === 0) refuse(at, `'${at}' has a document and no text beside it.`);
}

function toTurns(role: "user" | "assistant", content: Content): Turn[] {
  const { texts, attachments, calls, results } = content;
  const text = texts.join("\n");
  if (role === "assistant") return [{ role, text, toolCalls: calls }];
  const given = results.map((result): Turn => ({ role: "tool", ...result }));
  // What answers calls and nothing else is no word of the user's.
  return results.length > 0 && text === "" && attachments === 0 ? given : [...given, { role, text, attachments }];
}

function checkResults(messages: readonly { readonly content: Content }[]): void {
  let open: readonly string[] = [];
  for (const [index, { content }] of messages.entries()) {
    const at = `messages[${index}].content`;
    const given = content.results.map(({ callId }) => callId);
    const missing = open.filter((id) => !given.includes(id));
    if (missing.length > 0) refuse(at, `'${at}' is to have a toolResult for each of: ${missing.join(", ")}.`);
    const surplus = given.filter((id, place) => !open.includes(id) || given.indexOf(id) !== place);
    if (surplus.length > 0)
      refuse(at, `'${at}' has a toolResult that no call before it waits for: ${surplus.join(", ")}.`);
    open = content.calls.map(({ id }) => id);
    if (new Set(open).size < open.length) refuse(at, `'${at}' has two tool calls with one toolUseId.`);
  }
  if (open.length > 0) refuse("messages", `'messages' ends with tool calls that have no result: ${open.join(", ")}.`);
}
