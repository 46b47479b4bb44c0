import {
  createRegistry,
  type GuardedGateway,
  type JsonValue,
  type Message,
  type ModelEvent,
  type ModelRequest,
  type ToolResultPart,
  type Usage,
} from "@waygate/core";
import { type Capabilities, definePlugin, type Gateway, type GatewayPlugin } from "@waygate/core/plugin";
import { anyObject } from "./schema.ts";

type Definition = Parameters<typeof definePlugin>[0];
export type Delivery = ModelEvent | readonly ModelEvent[];

export const capable: Capabilities = {
  tools: true,
  toolChoice: true,
  images: true,
  files: true,
  reasoning: true,
  structuredOutput: true,
};

/** A plugin around a gateway that a test wrote as a literal. */
export function pluginOf(gateway: Gateway, definition: Partial<Definition> = {}): GatewayPlugin {
  return definePlugin({
    id: "fake",
    name: "Fake",
    contract: 1,
    settingsKey: definition.id ?? "fake",
    settings: anyObject,
    capabilities: capable,
    open: () => gateway,
    ...definition,
  });
}

/** The gateway as a host gets it: opened by a registry, behind the guard. */
export function opened(gateway: Gateway, definition: Partial<Definition> = {}): GuardedGateway {
  return createRegistry({ plugins: [pluginOf(gateway, definition)] }).gateway(definition.id ?? "fake");
}

/** A gateway that is nothing but its stream. */
export function streaming(
  stream: (request: ModelRequest) => AsyncIterable<Delivery>,
  definition: Partial<Definition> = {},
): GuardedGateway {
  return opened({ models: async () => [], stream }, definition);
}

export interface Scripted extends GuardedGateway {
  /** What the gateway was asked, in order. */
  readonly requests: readonly ModelRequest[];
}

/** Gives one answer after the other, each in the deliveries listed; the last one is repeated. */
export function answering(...answers: readonly (readonly Delivery[])[]): Scripted {
  const requests: ModelRequest[] = [];
  const gateway = streaming(async function* (request) {
    requests.push(request);
    yield* answers[requests.length - 1] ?? answers.at(-1) ?? [];
  });
  return Object.assign(gateway, { requests });
}

export function text(words: string): ModelEvent {
  return { type: "text-delta", text: words };
}

export function finish(reason: Extract<ModelEvent, { type: "finish" }>["reason"] = "stop"): ModelEvent {
  return { type: "finish", reason };
}

export function usageOf(input: number, output: number): Usage {
  return { input: { total: input, cacheRead: 0, cacheWrite: 0 }, output: { total: output, reasoning: 0 } };
}

/** A whole call, as one delivery. */
export function call(id: string, name: string, value: JsonValue = {}) {
  const args = JSON.stringify(value);
  return [
    { type: "tool-call-start", id, name },
    { type: "tool-call-delta", id, text: args },
    { type: "tool-call-end", id, arguments: args, complete: true },
  ] as const satisfies readonly ModelEvent[];
}

export function requestOf(request: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: "small",
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    tools: [],
    signal: new AbortController().signal,
    ...request,
  };
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** What the promise rejects with. Fails where it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in outcome) return outcome.error;
  throw new Error(`Expected a rejection, got ${JSON.stringify(outcome.value)}.`);
}

/** The results of client-run tools in a history, in its order. */
export function toolResults(messages: readonly Message[]): readonly ToolResultPart[] {
  return messages.flatMap(({ role, content }) =>
    role === "tool" ? content.filter((part) => part.type === "tool-result") : [],
  );
}
