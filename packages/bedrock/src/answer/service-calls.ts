import {
  type HeldBytes,
  isObject,
  type JsonValue,
  type ModelEvent,
  type ToolResultContent,
} from "@waygate/core/plugin";
import { readText } from "@waygate/plugin-kit";

/** A call of a tool of the service's own, whose block is open. */
export interface ServiceCall {
  readonly id: string;
  input: string;
}

/** The result of such a call, whose block is open. */
export interface ServiceResult {
  readonly id: string;
  readonly failed: boolean;
  readonly content: ToolResultContent[];
}

/** Reads the calls that the service runs itself, and their results. Converse has no state for them: they do not go back. */
export class ServiceCalls {
  readonly #held: HeldBytes;
  #unnamed = 0;

  constructor(held: HeldBytes) {
    this.#held = held;
  }

  begin(call: Record<string, unknown>, events: ModelEvent[]): ServiceCall {
    const id = readText(call.toolUseId) ?? `service-${++this.#unnamed}`;
    events.push({ type: "tool-call-start", id, name: readText(call.name) ?? "tool", executor: "service" });
    return { id, input: "" };
  }

  add(call: ServiceCall, input: unknown, events: ModelEvent[]): void {
    const text = typeof input === "string" ? input : input === undefined ? "" : JSON.stringify(input);
    if (text === "") return;
    this.#held.add(text.length);
    call.input += text;
    events.push({ type: "tool-call-delta", id: call.id, text });
  }

  end({ id, input }: ServiceCall, events: ModelEvent[]): void {
    events.push({ type: "tool-call-end", id, arguments: input, complete: true });
  }

  beginResult(result: Record<string, unknown>): ServiceResult {
    return {
      id: readText(result.toolUseId) ?? `service-${this.#unnamed}`,
      failed: result.status === "error",
      content: [],
    };
  }

  addResult(result: ServiceResult, parts: unknown): void {
    for (const part of Array.isArray(parts) ? parts : [parts]) {
      if (!isObject(part)) continue;
      this.#held.add(JSON.stringify(part).length);
      if (typeof part.text === "string") result.content.push({ type: "text", text: part.text });
      else if (part.json !== undefined) result.content.push({ type: "json", value: part.json as JsonValue });
    }
  }

  endResult({ id, failed, content }: ServiceResult, events: ModelEvent[]): void {
    events.push({
      type: "service-tool-result",
      id,
      content,
      ...(failed && { error: "The tool of the service failed." }),
    });
  }
}
