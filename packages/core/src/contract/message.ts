import type { JsonValue } from "./json.ts";

/** One turn of a conversation. Plain, serialisable data; the parts of a turn are in the order in which they were said. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

export interface SystemMessage {
  readonly role: "system";
  readonly content: readonly TextPart[];
}

export interface UserMessage {
  readonly role: "user";
  readonly content: readonly UserPart[];
}

export interface AssistantMessage {
  readonly role: "assistant";
  readonly content: readonly AssistantPart[];
}

/** The results of the tool calls of the assistant message before it: one part per call, in the order of the calls. */
export interface ToolMessage {
  readonly role: "tool";
  readonly content: readonly ToolResultPart[];
}

export type UserPart = TextPart | ImagePart | FilePart;
export type AssistantPart = TextPart | ReasoningPart | ToolCallPart;

export interface TextPart {
  readonly type: "text";
  readonly text: string;
}

/** Where the bytes of an image or a file are: base64 text, or an address that the model's service fetches itself. */
export type MediaSource =
  | { readonly type: "base64"; readonly data: string }
  | { readonly type: "url"; readonly url: string };

export interface ImagePart {
  readonly type: "image";
  /** Such as `image/png`. */
  readonly mediaType: string;
  readonly source: MediaSource;
}

export interface FilePart {
  readonly type: "file";
  /** Such as `application/pdf`. */
  readonly mediaType: string;
  readonly source: MediaSource;
  readonly name?: string;
}

/** What the model thought before it answered. */
export interface ReasoningPart {
  readonly type: "reasoning";
  /** May be empty where the service only hands out opaque state. */
  readonly text: string;
  readonly state?: OpaqueState;
}

export interface ToolCallPart {
  readonly type: "tool-call";
  /** Unique within the conversation. */
  readonly id: string;
  readonly name: string;
  /** The arguments exactly as the model wrote them. JSON only where `status` is `"ok"`. */
  readonly arguments: string;
  readonly status: ToolCallStatus;
  readonly state?: OpaqueState;
}

/**
 * - `ok`: the arguments are complete JSON.
 * - `invalid`: the call is complete, its arguments are not JSON.
 * - `truncated`: the answer ended before the arguments did.
 *
 * Only an `ok` call is ever executed.
 */
export type ToolCallStatus = "ok" | "invalid" | "truncated";

export interface ToolResultPart {
  readonly type: "tool-result";
  /** The `id` of the tool call that this answers. */
  readonly id: string;
  readonly name: string;
  readonly content: readonly ToolResultContent[];
  /** True where the tool failed, was refused or never ran; the content says why, to the model. */
  readonly isError: boolean;
}

export type ToolResultContent = TextPart | JsonPart | ImagePart;

export interface JsonPart {
  readonly type: "json";
  readonly value: JsonValue;
}

/**
 * What a service wants back unchanged on the next request: a reasoning signature, encrypted reasoning, a thought
 * signature. Core carries `data` byte for byte and never reads it. It is sent back only to the same origin.
 */
export interface OpaqueState {
  readonly origin: Origin;
  readonly data: JsonValue;
}

/** Who made a piece of opaque state. */
export interface Origin {
  /** The gateway's id. */
  readonly gateway: string;
  /** The model as it was asked for. */
  readonly model: string;
  /** The service behind the gateway that answered, where the gateway names it. */
  readonly upstream?: string;
}
