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
  /** State of the message as a whole. */
  readonly state?: OpaqueState;
}

/**
 * The results of the tool calls of the assistant message before it: one part per call, in the order of the calls. Then
 * the decisions about calls for whose execution the service asked approval.
 */
export interface ToolMessage {
  readonly role: "tool";
  readonly content: readonly (ToolResultPart | ServiceApprovalPart)[];
}

export type UserPart = TextPart | ImagePart | FilePart;
export type AssistantPart =
  | TextPart
  | ReasoningPart
  | ToolCallPart
  | ServiceToolResultPart
  | ServiceApprovalRequestPart
  | SourcePart
  | MediaPart
  | OpaquePart;

export interface TextPart {
  readonly type: "text";
  readonly text: string;
  /** Of an assistant's text only. */
  readonly state?: OpaqueState;
}

/**
 * Where the bytes of an image or a file are: base64 text, an address that the service fetches itself, or the service's
 * own name for a file that it keeps.
 */
export type MediaSource =
  | { readonly type: "base64"; readonly data: string }
  | { readonly type: "url"; readonly url: string }
  | { readonly type: "reference"; readonly reference: string };

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

/** The model's reasoning before it answered. */
export interface ReasoningPart {
  readonly type: "reasoning";
  /** May be empty if the service only hands out opaque state. */
  readonly text: string;
  /** True if the text summarises the reasoning. @defaultValue false */
  readonly summary?: boolean;
  readonly state?: OpaqueState;
}

export interface ToolCallPart {
  readonly type: "tool-call";
  /** Unique within the conversation. */
  readonly id: string;
  readonly name: string;
  /** The arguments exactly as the model wrote them. JSON only if `status` is `"ok"` and `format` is not `"text"`. */
  readonly arguments: string;
  readonly status: ToolCallStatus;
  /** `service`: the service executed the call, and the run never does. @defaultValue `"client"` */
  readonly executor?: "service";
  /** `text`: the arguments of a freeform tool. @defaultValue `"json"` */
  readonly format?: "text";
  readonly state?: OpaqueState;
}

/**
 * - `ok`: the arguments are complete, and JSON unless the format is `text`.
 * - `invalid`: the call is complete, but its arguments are not valid JSON.
 * - `truncated`: the answer ended before the arguments did.
 * - `unanswered`: a call of executor `service` whose result has not come in the same answer.
 *
 * Only an `ok` call is ever executed.
 */
export const toolCallStatuses = ["ok", "invalid", "truncated", "unanswered"] as const;
export type ToolCallStatus = (typeof toolCallStatuses)[number];

/** Which side executes a tool call. */
export const toolCallExecutors = ["client", "service"] as const;
export type ToolCallExecutor = (typeof toolCallExecutors)[number];

/** How the arguments of a tool call are written. */
export const toolCallFormats = ["json", "text"] as const;
export type ToolCallFormat = (typeof toolCallFormats)[number];

/** The result of a call that the service executed. Part of the assistant message. */
export interface ServiceToolResultPart {
  readonly type: "service-tool-result";
  /** The `id` of the call, which may be in an earlier assistant message. */
  readonly id: string;
  readonly content: readonly ToolResultContent[];
  /** What went wrong, if the call failed. */
  readonly error?: string;
  readonly state?: OpaqueState;
}

/** The service asked for approval of a call. The decision is a `service-approval` part of the tool message. */
export interface ServiceApprovalRequestPart {
  readonly type: "service-approval-request";
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
  readonly state?: OpaqueState;
}

/** The decision about a `service-approval-request`. Part of the tool message. */
export interface ServiceApprovalPart {
  readonly type: "service-approval";
  /** The `id` of the request. */
  readonly id: string;
  readonly approved: boolean;
  readonly reason?: string;
}

/** A source. It belongs to the text part before it or, with `part: "message"`, to the whole message. */
export interface SourcePart {
  readonly type: "source";
  readonly id: string;
  readonly kind: SourceKind;
  readonly url?: string;
  readonly index?: number;
  readonly title?: string;
  readonly quote?: string;
  readonly location?: SourceLocation;
  readonly toolCallId?: string;
  readonly part?: "message";
  readonly state?: OpaqueState;
}

export const sourceKinds = ["url", "document", "file"] as const;
export type SourceKind = (typeof sourceKinds)[number];

/** A range in a document: `start` inclusive, `end` exclusive. Pages count from 1, the others from 0. */
export interface SourceLocation {
  readonly unit: "character" | "page" | "block" | "chunk";
  readonly start: number;
  readonly end: number;
}

/** Media that the answer holds: generated by the model or by a service-run tool. */
export interface MediaPart {
  readonly type: "media";
  readonly id: string;
  readonly mediaType: string;
  readonly source: MediaSource;
  readonly toolCallId?: string;
  readonly state?: OpaqueState;
}

/** State of the service without content to show. */
export interface OpaquePart {
  readonly type: "opaque";
  readonly state: OpaqueState;
  /** `history`: the state is a compaction of everything before it, for its own origin. */
  readonly replaces?: "history";
}

export interface ToolResultPart {
  readonly type: "tool-result";
  /** The `id` of the tool call that this answers. */
  readonly id: string;
  readonly name: string;
  readonly content: readonly ToolResultContent[];
  /** True if the tool failed, was denied or never ran. The content tells the model why. */
  readonly isError: boolean;
}

export type ToolResultContent = TextPart | JsonPart | ImagePart | FilePart;

export interface JsonPart {
  readonly type: "json";
  readonly value: JsonValue;
}

/**
 * State that a service wants back unchanged: a reasoning signature, encrypted reasoning, a message id. Core carries
 * `data` byte for byte and never reads it. It is sent back only to the same gateway and model.
 */
export interface OpaqueState {
  readonly origin: Origin;
  readonly data: JsonValue;
}

/** Where a piece of opaque state comes from. */
export interface Origin {
  /** The gateway's id. */
  readonly gateway: string;
  /** The model as it was requested. */
  readonly model: string;
  /** The service behind the gateway that answered, if the gateway names it. */
  readonly upstream?: string;
}
