import type { Message } from "@waygate/core";
import { expect } from "vitest";

/** A history that any gateway accepts: each call answered once, directly after its message, in the order of the calls. */
export function expectValidHistory(messages: readonly Message[]): void {
  messages.forEach((message, index) => {
    expect(message.content.length, `message ${index} says something`).toBeGreaterThan(0);
    const calls = callsOf(message);
    const next = messages[index + 1];
    if (calls.length > 0) expect(next?.role === "tool" ? namesOf(next.content) : next?.role).toEqual(namesOf(calls));
    if (message.role === "tool") expect(callsOf(messages[index - 1]).length).toBe(message.content.length);
  });
}

function callsOf(message: Message | undefined) {
  return message?.role === "assistant" ? message.content.filter((part) => part.type === "tool-call") : [];
}

function namesOf(parts: readonly { readonly id: string; readonly name: string }[]) {
  return parts.map(({ id, name }) => `${id} ${name}`);
}
