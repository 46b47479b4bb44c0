import { isObject, type JsonSchema, type JsonValue } from "../contract/json.ts";
import { type Message, toolCallStatuses } from "../contract/message.ts";
import { type MessageInput, toMessage } from "./conversation.ts";
import { violations } from "./json-schema.ts";

/** The version of everything that is stored. It changes only when what was stored before could not be read any more. */
export const savedVersion = 1;

/** A conversation as it is stored: plain data, for `JSON.stringify`. */
export interface SavedMessages {
  readonly version: typeof savedVersion;
  readonly messages: readonly Message[];
}

/** A conversation to be stored. What it holds is the messages as they are, spelt out. */
export function saveMessages(messages: readonly MessageInput[]): SavedMessages {
  return { version: savedVersion, messages: messages.map(toMessage) };
}

/**
 * A stored conversation, to go on with on any gateway. Throws a `TypeError` that names the place for what is no
 * conversation, or was stored by a later version.
 */
export function loadMessages(saved: unknown): readonly Message[] {
  requireVersion(saved, "The stored conversation");
  return checkMessages(saved.messages, "The stored conversation");
}

/** Throws a `TypeError` where a value is not of the version that is read here. `what`: how to call it. */
export function requireVersion(value: unknown, what: string): asserts value is Record<string, unknown> {
  if (!isObject(value)) throw new TypeError(`${what} is no object. Was it read with JSON.parse?`);
  if (value.version === savedVersion) return;
  const found = JSON.stringify(value.version) ?? "none";
  const newer = typeof value.version === "number" && value.version > savedVersion;
  throw new TypeError(
    `${what} has the version ${found}, this program reads ${savedVersion}.${newer ? " Update @waygate/core." : ""}`,
  );
}

/** Throws a `TypeError` that names the place for what is no list of messages. */
export function checkMessages(value: unknown, what: string): readonly Message[] {
  if (!Array.isArray(value)) throw new TypeError(`${what} is wrong: messages must be a list.`);
  for (const [index, message] of value.entries()) checkMessage(message, `messages[${index}]`, what);
  return value as readonly Message[];
}

export function checkMessage(message: unknown, path: string, what: string): void {
  const role = isObject(message) ? message.role : undefined;
  const types = typeof role === "string" && Object.hasOwn(partTypes, role) ? partTypes[role as Message["role"]] : [];
  if (types.length === 0) {
    throw new TypeError(`${what} is wrong: ${path}.role must be one of ${Object.keys(partTypes).join(", ")}.`);
  }
  const { content } = message as { readonly content: unknown };
  if (!Array.isArray(content)) throw new TypeError(`${what} is wrong: ${path}.content must be a list of parts.`);
  for (const [index, part] of content.entries()) checkPart(part, types, `${path}.content[${index}]`, what);
}

function checkPart(part: unknown, types: readonly string[], path: string, what: string): void {
  const type = isObject(part) && typeof part.type === "string" ? part.type : "";
  if (!types.includes(type)) {
    throw new TypeError(`${what} is wrong: ${path}.type must be one of ${types.join(", ")}.`);
  }
  const [fault] = violations(part as JsonValue, partSchemas[type]);
  if (fault !== undefined) throw new TypeError(`${what} is wrong in ${path}: ${fault}.`);
  if (type !== "tool-result" && type !== "service-tool-result") return;
  const { content } = part as { readonly content: readonly unknown[] };
  for (const [index, inner] of content.entries()) {
    checkPart(inner, ["text", "json", "image", "file"], `${path}.content[${index}]`, what);
  }
}

/** What parts a message may consist of. */
const partTypes: Readonly<Record<Message["role"], readonly string[]>> = {
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

const text = { type: "string" };
const state = objectOf({ origin: objectOf({ gateway: text, model: text }, { upstream: text }), data: true });
const source = {
  anyOf: [
    objectOf({ type: { const: "base64" }, data: text }),
    objectOf({ type: { const: "url" }, url: text }),
    objectOf({ type: { const: "reference" }, reference: text }),
  ],
};

const partSchemas: Readonly<Record<string, JsonSchema>> = {
  text: objectOf({ text }, { state }),
  image: objectOf({ mediaType: text, source }),
  file: objectOf({ mediaType: text, source }, { name: text }),
  reasoning: objectOf({ text }, { summary: { type: "boolean" }, state }),
  "tool-call": objectOf(
    { id: text, name: text, arguments: text, status: { enum: toolCallStatuses } },
    { executor: { const: "service" }, format: { const: "text" }, state },
  ),
  "service-tool-result": objectOf({ id: text, content: { type: "array" } }, { error: text, state }),
  "service-approval-request": objectOf({ id: text, name: text, arguments: text }, { state }),
  "service-approval": objectOf({ id: text, approved: { type: "boolean" } }, { reason: text }),
  source: objectOf({ id: text, kind: text }, { url: text, title: text, quote: text, toolCallId: text, state }),
  media: objectOf({ id: text, mediaType: text, source }, { toolCallId: text, state }),
  opaque: objectOf({ state }, { replaces: { const: "history" } }),
  "tool-result": objectOf({ id: text, name: text, content: { type: "array" }, isError: { type: "boolean" } }),
  json: objectOf({ value: true }),
};

/** Further keys are let through: they do no harm. */
function objectOf(required: Record<string, unknown>, optional: Record<string, unknown> = {}): JsonSchema {
  return { type: "object", properties: { ...required, ...optional }, required: Object.keys(required) };
}
