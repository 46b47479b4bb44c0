import {
  type AssistantMessage,
  isObject,
  type JsonObject,
  type JsonValue,
  type OpaqueState,
} from "@waygate/core/plugin";
import { keptDetails } from "@waygate/openai-chat";

/** Reasoning that a model wants back unchanged, and who gave it. */
export interface SignedState {
  /** The provider, as the answer named it. */
  readonly upstream: string | undefined;
  /** The model that answered, where another one than was asked for may have. */
  readonly model: string | undefined;
  /** Whether only that provider can read it. */
  readonly bound: boolean;
}

/** The last signed or encrypted reasoning of an answer; undefined where there is none. */
export function signedStateOf(message: AssistantMessage): SignedState | undefined {
  for (const part of message.content.toReversed()) {
    if (part.type !== "reasoning" || part.state === undefined) continue;
    const details = (keptDetails(part.state.data) ?? []).filter(isSigned);
    if (details.length === 0) continue;
    const { origin, data } = part.state;
    const model = isObject(data) && typeof data.model === "string" ? data.model : undefined;
    return { upstream: origin.upstream, model, bound: details.some(isBound) };
  }
  return undefined;
}

/** An answer without the details that `drop` names. What was plain text stays, and so does an empty list. */
export function withoutDetails(
  message: AssistantMessage,
  drop: (detail: JsonObject, state: OpaqueState) => boolean,
): AssistantMessage {
  const content = message.content.map((part) => {
    if (part.type !== "reasoning" || part.state === undefined) return part;
    const { state } = part;
    const details = keptDetails(state.data);
    const left = details?.filter((detail) => !(isObject(detail) && drop(detail as JsonObject, state)));
    if (details === undefined || left === undefined || left.length === details.length) return part;
    const { state: _, ...rest } = part;
    if (left.length === 0) return rest;
    const data: JsonValue = isObject(state.data) ? { ...(state.data as JsonObject), reasoning_details: left } : left;
    return { ...rest, state: { ...state, data } };
  });
  return { role: "assistant", content };
}

function isSigned(detail: JsonValue): boolean {
  if (!isObject(detail)) return false;
  return isText(detail.signature) || isText(detail.data);
}

/**
 * Whether only the provider that made it can read a detail. Claude's signatures hold wherever Claude is served
 * (platform.claude.com/docs, extended thinking); everything else is taken as bound.
 */
export function isBound(detail: JsonValue): boolean {
  return isSigned(detail) && isObject(detail) && detail.format !== "anthropic-claude-v1";
}

/**
 * Whether a detail looks the same whichever provider made it, although only that one can read it: Google's two refuse
 * each other's signatures (OpenRouterTeam/ai-sdk-provider#491). Others have a format for each provider, by which
 * OpenRouter tells what to leave out.
 */
export function isAmbiguous(detail: JsonValue): boolean {
  return isBound(detail) && isObject(detail) && detail.format === "google-gemini-v1";
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}
