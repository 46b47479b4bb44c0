import type { Deadlines } from "./deadlines.ts";
import type { JsonObject, JsonSchema } from "./json.ts";
import type { Message } from "./message.ts";
import type { Privacy } from "./privacy.ts";

/** Everything a gateway is asked. It arrives complete: a gateway adds no defaults of its own to what core owns. */
export interface ModelRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  /** Empty where the model is offered none. */
  readonly tools: readonly ToolSpec[];
  readonly toolChoice?: ToolChoice | undefined;
  /** Whether the model may call several tools in one answer. Left to the service where undefined. */
  readonly parallelToolCalls?: boolean | undefined;
  readonly reasoning?: ReasoningRequest | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly stopSequences?: readonly string[] | undefined;
  /** In tokens, reasoning included. */
  readonly maxOutputTokens?: number | undefined;
  readonly responseFormat?: ResponseFormat | undefined;
  /** What is demanded of whoever gets to see it. A gateway that cannot promise it refuses. Default: nothing. */
  readonly privacy?: Privacy | undefined;
  /** `"auto"`: cache the prompt where the service can, as far as the conversation goes. */
  readonly cache?: "auto" | undefined;
  /** Names the conversation, for services that keep its requests on one machine or cache by it. */
  readonly sessionId?: string | undefined;
  /** What only this gateway knows; checked against the plugin's `options` schema before it gets here. */
  readonly gatewayOptions?: JsonObject | undefined;
  /** How long its phases may take. Default: `defaultDeadlines`. */
  readonly deadlines?: Deadlines | undefined;
  /** Ends the answer. The one that a plugin sees is also aborted where the reader leaves the stream before its end. */
  readonly signal: AbortSignal;
}

/** What a model is told about a tool. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** Of type `object`. */
  readonly parameters: JsonSchema;
}

export type ToolChoice = "auto" | "required" | "none" | { readonly tool: string };

/** How much the model should think: by effort, by a budget of tokens, or not at all. */
export type ReasoningRequest = { readonly effort: ReasoningEffort } | { readonly budgetTokens: number } | "off";

/** All efforts, the lowest first. */
export const reasoningEfforts = ["minimal", "low", "medium", "high", "xhigh", "max"] as const;

export type ReasoningEffort = (typeof reasoningEfforts)[number];

export type ResponseFormat =
  | { readonly type: "text" }
  | { readonly type: "json" }
  | { readonly type: "json-schema"; readonly name: string; readonly schema: JsonSchema };
