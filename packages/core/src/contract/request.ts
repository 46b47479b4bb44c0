import type { Deadlines } from "./deadlines.ts";
import type { JsonObject, JsonSchema } from "./json.ts";
import type { Message } from "./message.ts";
import type { Privacy } from "./privacy.ts";

/** Everything a gateway is asked. It arrives complete: a gateway adds no defaults of its own to what core owns. */
export interface ModelRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  /** Empty if the model is offered none. */
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
  /**
   * True if the last message is an unfinished answer that the model is to continue (finish reason `pause`).
   * @defaultValue false
   */
  readonly continuesAnswer?: boolean | undefined;
  /** Ends the answer. The one that a plugin sees is also aborted if the reader leaves the stream before its end. */
  readonly signal: AbortSignal;
}

/** A tool as the model is told about it. */
export type ToolSpec = FunctionToolSpec | FreeformToolSpec | ServiceToolSpec;

/** The kinds of tools. A plugin asks `context.supports("tool:freeform")` whether this core knows one. */
export const toolKinds = ["function", "freeform", "service"] as const;
export type ToolKind = (typeof toolKinds)[number];

/** A tool with JSON arguments. */
export interface FunctionToolSpec {
  readonly kind?: "function" | undefined;
  readonly name: string;
  readonly description: string;
  /** Of type `object`. */
  readonly parameters: JsonSchema;
  /** Whether the service is to hold the model to the schema, if it can. Left to the gateway if undefined. */
  readonly strict?: boolean | undefined;
}

/** Returns the tools with JSON arguments, for wires that have no others. */
export function functionTools(tools: readonly ToolSpec[]): readonly FunctionToolSpec[] {
  return tools.filter((tool): tool is FunctionToolSpec => tool.kind === undefined || tool.kind === "function");
}

/** A tool whose arguments are plain text, such as a patch or a program. */
export interface FreeformToolSpec {
  readonly kind: "freeform";
  readonly name: string;
  readonly description: string;
  /** What the text must look like. Default: any text. */
  readonly grammar?: ToolGrammar | undefined;
}

export interface ToolGrammar {
  readonly syntax: "lark" | "regex";
  readonly definition: string;
}

/** A tool that the service offers, and in most cases runs, itself. */
export interface ServiceToolSpec {
  readonly kind: "service";
  /** The wire's own word, such as `web_search`. A gateway rejects a type that it does not know before it sends anything. */
  readonly type: string;
  /** The name in calls, if it differs from `type`. */
  readonly name?: string | undefined;
  /** In the wire's own words. */
  readonly options?: JsonObject | undefined;
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
