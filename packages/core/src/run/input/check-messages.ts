import { didYouMean } from "../../contract/did-you-mean.ts";
import { type Check, type Fault, fault, mismatch, under } from "../../contract/input/fault.ts";
import { isObject } from "../../contract/json.ts";
import type { Message } from "../../contract/message.ts";
import { foreignContent, foreignMessage, foreignPart, foreignRole } from "./foreign-messages.ts";
import { checkPart } from "./message-parts.ts";

type Role = Message["role"];

/** The parts that a message of each role may consist of. */
const partTypes: { readonly [Name in Role]: readonly Extract<Message, { role: Name }>["content"][number]["type"][] } = {
  system: ["text"],
  user: ["text", "image", "file"],
  assistant: [
    "text",
    "reasoning",
    "tool-call",
    "service-tool-result",
    "service-approval-request",
    "source",
    "media",
    "opaque",
  ],
  tool: ["tool-result", "service-approval"],
};
const roles = Object.keys(partTypes);

/**
 * Messages that passed the checks. A program sends the same objects again with each turn of a conversation: they are
 * checked once, so that a turn costs what is new in it.
 */
const checked = new WeakSet<object>();

/** A list of messages, each whole or with a text as its `content`. */
export const messageInputs: Check = (value) => checkMessages(value, true);

/** A list of messages whose content is spelled out in parts, as they are stored. */
export const storedMessages: Check = (value) => checkMessages(value, false);

export const messageInput: Check = (value) => checkMessage(value, true);

export const storedMessage: Check = (value) => checkMessage(value, false);

function checkMessages(value: unknown, mayBeShort: boolean): Fault | undefined {
  if (!Array.isArray(value)) return mismatch(value, "a list of messages", adviceForList(value));
  for (let index = 0; index < value.length; index++) {
    const found = checkMessage(value[index], mayBeShort);
    if (found !== undefined) return under(index, found);
  }
  return undefined;
}

function adviceForList(value: unknown): string {
  if (typeof value === "string") return 'For one user message use the option "prompt".';
  if (!isObject(value)) return "";
  if (Array.isArray(value.messages)) return "A stored conversation is read with loadMessages(saved).";
  return "role" in value ? "Put the message into a list." : "";
}

function checkMessage(value: unknown, mayBeShort: boolean): Fault | undefined {
  if (!isObject(value)) return mismatch(value, "a message", adviceForMessage(value));
  if (checked.has(value)) return undefined;
  const found = checkFields(value, mayBeShort);
  // Short messages are cheap to check, and have to be spelled out where messages are stored.
  if (found === undefined && typeof value.content !== "string") checked.add(value);
  return found;
}

function adviceForMessage(value: unknown): string {
  return typeof value === "string" ? 'Write { role: "user", content: "…" }.' : "";
}

function checkFields(message: Record<string, unknown>, mayBeShort: boolean): Fault | undefined {
  const { role, content } = message;
  if (typeof role !== "string" || !Object.hasOwn(partTypes, role)) {
    const advice = foreignMessage(message) || foreignRole(role) || (typeof role === "string" ? nearestRole(role) : "");
    return under("role", mismatch(role, `one of ${roles.join(", ")}`, advice));
  }
  const foreign = foreignContent(message);
  if (foreign !== undefined) return foreign;
  const types: readonly string[] = partTypes[role as Role];
  if (typeof content === "string") {
    if (mayBeShort && role !== "tool") return undefined;
    // What a message says is not repeated in an error.
    const words = `must be a list of parts of type ${types.join(", ")}, not a text`;
    return under("content", fault(words, foreignMessage(message)));
  }
  if (!Array.isArray(content)) {
    const expected = role === "tool" || !mayBeShort ? "a list of parts" : "a text or a list of parts";
    return under("content", mismatch(content, expected, foreignMessage(message)));
  }
  for (let index = 0; index < content.length; index++) {
    const found = checkPart(content[index], types);
    if (found === undefined) continue;
    return under("content", under(index, { ...found, advice: foreignPart(content[index]) || found.advice }));
  }
  return undefined;
}

function nearestRole(role: string): string {
  return didYouMean(role, roles).trim();
}
