import { expect } from "vitest";

/** As much of a message as its validity depends on. Structural: core's own tests use this, and it cannot import core. */
interface HistoryMessage {
  readonly role: string;
  readonly content: readonly { readonly type: string; readonly id?: string; readonly name?: string }[];
}

/** A history that any gateway accepts: each call answered once, directly after its message, in the order of the calls. */
export function expectValidHistory(messages: readonly object[]): void {
  const history = messages as readonly HistoryMessage[];
  history.forEach((message, index) => {
    expect(message.content.length, `message ${index} says something`).toBeGreaterThan(0);
    const calls = callsOf(message);
    const next = history[index + 1];
    if (calls.length > 0) expect(next?.role === "tool" ? namesOf(next.content) : next?.role).toEqual(namesOf(calls));
    if (message.role === "tool") expect(callsOf(history[index - 1]).length).toBe(message.content.length);
  });
}

function callsOf(message: HistoryMessage | undefined) {
  return message?.role === "assistant" ? message.content.filter((part) => part.type === "tool-call") : [];
}

function namesOf(parts: HistoryMessage["content"]) {
  return parts.map(({ id, name }) => `${id} ${name}`);
}
