import type { ModelEvent } from "../contract/event.ts";

const contentTypes: ReadonlySet<ModelEvent["type"]> = new Set([
  "text-delta",
  "reasoning-delta",
  "reasoning-end",
  "tool-call-start",
  "tool-call-delta",
  "tool-call-end",
  "service-tool-result",
  "service-approval-request",
  "source",
  "media",
  "opaque",
  "finish",
]);

/** Whether an event is part of an answer, and more than a sign of life. One of a type that is not known is not. */
export function isContent({ type }: ModelEvent): boolean {
  return contentTypes.has(type);
}
