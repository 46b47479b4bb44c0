/** A JSON Schema object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A tool call that stands in the history. */
export interface PastToolCall {
  readonly id: string;
  readonly name: string;
  /** The text of the arguments, as it was sent; not necessarily JSON. */
  readonly arguments: string;
}

/** One message of the history. */
export type Turn =
  | { readonly role: "system"; readonly text: string }
  | {
      readonly role: "user";
      readonly text: string;
      /** How many images, files and sounds came with the text. */
      readonly attachments: number;
    }
  | { readonly role: "assistant"; readonly text: string; readonly toolCalls: readonly PastToolCall[] }
  | {
      readonly role: "tool";
      readonly callId: string;
      readonly text: string;
      /** Whether the request says that the tool failed; some wires leave that to the words. */
      readonly failed?: boolean;
    };

/** A tool that the request offers. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. `{}` where the request gave none. */
  readonly parameters: JsonSchema;
}

/** What a request asks of the model, in no wire's words. */
export interface Conversation {
  readonly model: string;
  readonly turns: readonly Turn[];
  readonly tools: readonly ToolSpec[];
  readonly toolChoice: "auto" | "none" | "required" | { readonly name: string };
  /** Whether one answer may hold several tool calls. */
  readonly parallelToolCalls: boolean;
  /** Whether the request asks for reasoning. */
  readonly reasoning: boolean;
  /** `schema` is absent where any JSON object will do. */
  readonly responseFormat: { readonly type: "text" } | { readonly type: "json"; readonly schema?: JsonSchema };
  /** Limit of the answer in tokens, reasoning included. */
  readonly maxTokens: number;
  /** Texts at which the answer ends; they are not part of it. */
  readonly stop: readonly string[];
  readonly stream: boolean;
  /** Whether a stream is to end with a usage report. */
  readonly includeUsage: boolean;
}
