import type { Message, ToolResultContent, UserPart } from "../../contract/message.ts";
import { textPart, unreadable } from "./words.ts";

/** Leaves the latest `most` images. The older ones become a line of text each; `dropped` says how many did. */
export function limitImages(
  messages: readonly Message[],
  most: number | null,
): { readonly messages: readonly Message[]; readonly dropped: number } {
  if (most === null) return { messages, dropped: 0 };
  const count = messages.reduce((sum, message) => sum + imagesIn(message), 0);
  const dropped = Math.max(0, count - most);
  if (dropped === 0) return { messages, dropped };
  let left = dropped;
  const change = <Part extends UserPart | ToolResultContent>(part: Part) => {
    if (part.type !== "image" || left === 0) return part;
    left--;
    return textPart(unreadable(part.mediaType));
  };
  const limited = messages.map((message): Message => {
    if (left === 0 || imagesIn(message) === 0) return message;
    if (message.role === "user") return { ...message, content: message.content.map(change) };
    if (message.role !== "tool") return message;
    const content = message.content.map((part) =>
      part.type === "tool-result" ? { ...part, content: part.content.map(change) } : part,
    );
    return { ...message, content };
  });
  return { messages: limited, dropped };
}

function imagesIn(message: Message): number {
  if (message.role === "user") return message.content.filter(({ type }) => type === "image").length;
  if (message.role !== "tool") return 0;
  return message.content.reduce(
    (sum, part) => sum + (part.type === "tool-result" ? part.content.filter(({ type }) => type === "image").length : 0),
    0,
  );
}
