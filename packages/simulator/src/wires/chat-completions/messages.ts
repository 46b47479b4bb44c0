import type { PastToolCall, Turn } from "../../conversation.ts";
import type { Fields } from "./fields.ts";
import { isAbsent, readFields, readText, refuse } from "./fields.ts";

/** Reads the history, as strictly as OpenAI's API does about which result answers which call. */
export function decodeMessages(value: unknown): readonly Turn[] {
  if (!Array.isArray(value) || value.length === 0) {
    refuse("messages", "'messages' is to be an array of at least one message.");
  }
  const turns = value.map((message, index) => decodeMessage(message, `messages[${index}]`));
  checkToolResults(turns);
  return turns;
}

function decodeMessage(value: unknown, at: string): Turn {
  const message = readFields(value, at);
  switch (message.role) {
    case "system":
    case "developer":
      return { role: "system", text: decodeContent(message.content, `${at}.content`).text };
    case "user":
      return { role: "user", ...decodeContent(message.content, `${at}.content`) };
    case "assistant":
      return decodeAssistant(message, at);
    case "tool":
      return {
        role: "tool",
        callId: readText(message.tool_call_id, `${at}.tool_call_id`),
        text: decodeContent(message.content, `${at}.content`).text,
      };
    default:
      return refuse(`${at}.role`, `'${at}.role' is to be one of system, developer, user, assistant and tool.`);
  }
}

function decodeAssistant(message: Fields, at: string): Turn {
  const calls = isAbsent(message.tool_calls) ? [] : message.tool_calls;
  if (!Array.isArray(calls)) refuse(`${at}.tool_calls`, `'${at}.tool_calls' is to be an array.`);
  if (calls.length === 0 && isAbsent(message.content)) {
    refuse(`${at}.content`, `'${at}' is to have content or tool_calls.`);
  }
  return {
    role: "assistant",
    text: isAbsent(message.content) ? "" : decodeContent(message.content, `${at}.content`).text,
    toolCalls: calls.map((call, index) => decodeToolCall(call, `${at}.tool_calls[${index}]`)),
  };
}

function decodeToolCall(value: unknown, at: string): PastToolCall {
  const call = readFields(value, at);
  const named = readFields(call.function, `${at}.function`);
  if (typeof named.arguments !== "string") {
    refuse(`${at}.function.arguments`, `'${at}.function.arguments' is to be a string of JSON.`);
  }
  return {
    id: readText(call.id, `${at}.id`),
    name: readText(named.name, `${at}.function.name`),
    arguments: named.arguments,
  };
}

function decodeContent(value: unknown, at: string): { text: string; attachments: number } {
  if (typeof value === "string") return { text: value, attachments: 0 };
  if (!Array.isArray(value)) refuse(at, `'${at}' is to be a string or an array of content parts.`);
  const texts: string[] = [];
  let attachments = 0;
  for (const [index, entry] of value.entries()) {
    const part = readFields(entry, `${at}[${index}]`);
    if (part.type !== "text") {
      readText(part.type, `${at}[${index}].type`);
      attachments += 1;
    } else if (typeof part.text === "string") texts.push(part.text);
    else refuse(`${at}[${index}].text`, `'${at}[${index}].text' is to be a string.`);
  }
  return { text: texts.join("\n"), attachments };
}

function checkToolResults(turns: readonly Turn[]): void {
  let open = new Set<string>();
  for (const [index, turn] of turns.entries()) {
    if (turn.role === "tool") {
      if (!open.delete(turn.callId)) {
        const at = `messages[${index}]`;
        refuse(at, `'${at}' answers the tool call '${turn.callId}', which no assistant message before it makes.`);
      }
      continue;
    }
    checkAnswered(open, index);
    open = new Set(turn.role === "assistant" ? turn.toolCalls.map((call) => call.id) : []);
  }
  checkAnswered(open, turns.length);
}

function checkAnswered(open: ReadonlySet<string>, index: number): void {
  if (open.size === 0) return;
  const ids = [...open].map((id) => `'${id}'`).join(", ");
  refuse(`messages[${index}]`, `Before 'messages[${index}]' a tool message is missing for each of: ${ids}.`);
}
