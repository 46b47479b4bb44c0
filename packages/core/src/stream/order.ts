import type { FinishReason, ModelEvent, Usage } from "../contract/event.ts";
import type { ToolCallStatus } from "../contract/message.ts";

const finishReasons: ReadonlySet<FinishReason> = new Set([
  "stop",
  "tool-calls",
  "length",
  "content-filter",
  "guardrail",
  "refusal",
  "context-overflow",
  "error",
]);
const callStatuses: ReadonlySet<ToolCallStatus> = new Set(["ok", "invalid", "truncated"]);

/**
 * Holds one answer to the order of its events. `check` and `end` return what was breached, in words that complete
 * "the stream …", or undefined.
 */
export class EventOrder {
  #content = false;
  #started = false;
  #reasoning = false;
  #finished = false;
  /** Their names by their ids. Made with the first of them, as is the next: most answers have none. */
  #openCalls: Map<string, string> | undefined;
  #callIds: Set<string> | undefined;

  /** Whether `finish` has come. */
  get finished(): boolean {
    return this.#finished;
  }

  check(event: ModelEvent): string | undefined {
    if (this.#finished) return `sent ${describe(event)} after finish`;
    switch (event?.type) {
      case "text-delta":
        this.#content = true;
        if (this.#reasoning) return "sent text-delta before the reasoning-end of its open reasoning";
        return checkText(event);
      case "reasoning-delta":
        this.#content = true;
        this.#reasoning = true;
        return checkText(event);
      case "reasoning-end":
        this.#content = true;
        if (!this.#reasoning && event.state === undefined)
          return "sent a reasoning-end with neither reasoning nor state";
        this.#reasoning = false;
        return undefined;
      case "tool-call-start":
        this.#content = true;
        if (this.#reasoning) return "sent tool-call-start before the reasoning-end of its open reasoning";
        if (typeof event.id !== "string" || event.id === "") return "sent a tool-call-start without an id";
        if (typeof event.name !== "string" || event.name === "") return "sent a tool-call-start without a name";
        if (this.#callIds?.has(event.id) === true) return `started two tool calls with the id "${event.id}"`;
        this.#callIds ??= new Set();
        this.#callIds.add(event.id);
        this.#openCalls ??= new Map();
        this.#openCalls.set(event.id, event.name);
        return undefined;
      case "tool-call-delta":
        if (this.#openCalls?.has(event.id) !== true) return `sent tool-call-delta for "${event.id}", which is not open`;
        return checkText(event);
      case "tool-call-end": {
        const name = this.#openCalls?.get(event.id);
        if (name === undefined) return `sent tool-call-end for "${event.id}", which is not open`;
        if (name !== event.name) return `ended the tool call "${name}" under the name "${event.name}"`;
        if (typeof event.arguments !== "string") return "sent a tool-call-end whose arguments are not text";
        if (!callStatuses.has(event.status))
          return `ended a tool call with the status "${event.status}", which is none`;
        if ((event.status === "ok") !== (event.value !== undefined)) {
          return "sent a tool-call-end whose status and value disagree";
        }
        this.#openCalls?.delete(event.id);
        return undefined;
      }
      case "response-start":
        if (this.#started) return "sent two response-start";
        if (this.#content) return "sent response-start after content";
        this.#started = true;
        return undefined;
      case "usage":
        return isUsage(event.usage) ? undefined : "sent a usage that is negative, incomplete or not a number";
      case "notice":
        return undefined;
      case "finish":
        if (this.#reasoning) return "sent finish with reasoning open";
        for (const name of this.#openCalls?.keys() ?? []) return `sent finish with the tool call "${name}" open`;
        if (!finishReasons.has(event.reason)) return `sent finish with the reason "${event.reason}", which is none`;
        this.#finished = true;
        return undefined;
      default:
        return `sent ${describe(event)}, which is no event`;
    }
  }

  end(): string | undefined {
    return this.#finished ? undefined : "ended without finish";
  }
}

function checkText(event: { readonly type: string; readonly text: string }): string | undefined {
  return typeof event.text === "string" && event.text !== "" ? undefined : `sent a ${event.type} without text`;
}

function isUsage(usage: Usage): boolean {
  return (
    isCount(usage?.input?.total) &&
    isCount(usage.input.cacheRead) &&
    isCount(usage.input.cacheWrite) &&
    isCount(usage.output?.total) &&
    isCount(usage.output.reasoning)
  );
}

function isCount(value: number): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function describe(event: unknown): string {
  if (typeof event === "object" && event !== null && "type" in event) return String(event.type);
  return event === null ? "null" : typeof event;
}
