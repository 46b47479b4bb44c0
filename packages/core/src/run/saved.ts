import { throwFault, under } from "../contract/input/fault.ts";
import { isObject } from "../contract/json.ts";
import type { Message } from "../contract/message.ts";
import { type MessageInput, toMessage } from "./conversation.ts";
import { messageInputs, storedMessage, storedMessages } from "./input/check-messages.ts";

/** The version of everything that is stored. It changes only when what was stored before could not be read any more. */
export const savedVersion = 1;

/** A conversation as it is stored: plain data, for `JSON.stringify`. */
export interface SavedMessages {
  readonly version: typeof savedVersion;
  readonly messages: readonly Message[];
}

/** Returns a conversation as plain data to store. Throws a `TypeError` that names the place if it is not valid. */
export function saveMessages(messages: readonly MessageInput[]): SavedMessages {
  const found = under("messages", messageInputs(messages));
  if (found !== undefined) throwFault("saveMessages", found);
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

/** Throws a `TypeError` that names the place if a value is not a list of messages. `what`: how to call the whole. */
export function checkMessages(value: unknown, what: string): readonly Message[] {
  const found = under("messages", storedMessages(value));
  if (found !== undefined) throwFault(`${what} is wrong`, found);
  return value as readonly Message[];
}

/** The same for one message. `path`: where it is. */
export function checkMessage(value: unknown, path: string, what: string): void {
  const found = under(path, storedMessage(value));
  if (found !== undefined) throwFault(`${what} is wrong`, found);
}
