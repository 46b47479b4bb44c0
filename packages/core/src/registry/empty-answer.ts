import type { ModelEvent } from "../contract/event.ts";

/** Returns the last batch of an answer without content, with a notice before its finish: nobody should take it for success. */
export function withEmptyNotice(gateway: string, batch: readonly ModelEvent[]): readonly ModelEvent[] {
  return batch.flatMap((event): readonly ModelEvent[] => {
    if (event.type !== "finish" || (event.reason !== "stop" && event.reason !== "tool-calls")) return [event];
    const message = `The answer of gateway "${gateway}" ended by itself (${event.raw ?? event.reason}) without any content.`;
    return [{ type: "notice", code: "answer-empty", message }, event];
  });
}
