import { strictEqual } from "node:assert";

/** As much of a message as its validity depends on. Structural: core's own tests use this, and it cannot import core. */
interface HistoryMessage {
  readonly role: string;
  readonly content: readonly HistoryPart[];
}

interface HistoryPart {
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
  readonly executor?: string;
}

/** Throws an `AssertionError` for a history that is not valid. */
export function expectValidHistory(messages: readonly object[]): void {
  strictEqual(historyProblem(messages), undefined);
}

/**
 * Returns what is wrong with a history, or undefined if every gateway accepts it: each call is answered once, directly
 * after its message, in the order of the calls.
 */
export function historyProblem(messages: readonly object[]): string | undefined {
  const history = messages as readonly HistoryMessage[];
  for (const [index, message] of history.entries()) {
    if (message.content.length === 0) return `Message ${index} says nothing.`;
    const calls = namesOf(callsOf(message));
    const next = history[index + 1];
    const results = next?.role === "tool" ? namesOf(resultsOf(next)) : "";
    if (calls !== "" && results !== calls) {
      return `The calls of message ${index} are ${calls}, and the next message answers ${results || "none"}.`;
    }
    if (message.role === "tool" && callsOf(history[index - 1]).length !== resultsOf(message).length) {
      return `Message ${index} has results, and the one before has not as many calls.`;
    }
  }
  return undefined;
}

/** The calls that need a result in the next message. Those that the service executes have theirs in their own. */
function callsOf(message: HistoryMessage | undefined): readonly HistoryPart[] {
  if (message?.role !== "assistant") return [];
  return message.content.filter((part) => part.type === "tool-call" && part.executor !== "service");
}

function resultsOf(message: HistoryMessage): readonly HistoryPart[] {
  return message.content.filter((part) => part.type === "tool-result");
}

function namesOf(parts: readonly HistoryPart[]): string {
  return parts.map(({ id, name }) => `${id} ${name}`).join(", ");
}
