import type { AssistantMessage, Message } from "@waygate/core/plugin";
import type { ProviderRouting } from "./routing-schema.ts";
import { isAmbiguous, isBound, type SignedState, signedStateOf, withoutDetails } from "./signed-state.ts";
import { covers, slugOf } from "./slug-of.ts";

export interface PinQuestion {
  readonly messages: readonly Message[];
  readonly routing: ProviderRouting;
  /** Whether it may be pinned. Where not, nothing is changed. */
  readonly wanted: boolean;
}

export interface PinAnswer {
  readonly messages: readonly Message[];
  readonly routing: ProviderRouting;
  /** The model that must go on, where another one could be chosen in its place. */
  readonly model: string | undefined;
  /** The provider, as answers name it, if there is now only one. */
  readonly pinnedTo?: string;
  readonly notice?: { readonly code: string; readonly message: string };
}

/**
 * Within a loop of tools, sends the request to the provider whose signed reasoning it carries, and to no other: a second
 * one that serves the same model refuses what it did not sign. The routing is only narrowed by that. Where it does not
 * allow that provider any more, the reasoning stays behind instead.
 *
 * Reasoning of earlier turns is not needed to go on; of that, what another provider could mistake for its own is left
 * out, unless the request can only go where it came from.
 */
export function pinUpstream({ messages, routing, wanted }: PinQuestion): PinAnswer {
  if (!wanted) return { messages, routing, model: undefined };
  const answer = messages.findLastIndex((message) => message.role === "assistant");
  const inLoop = messages[answer + 1]?.role === "tool" && answer + 1 === messages.length - 1;
  const last = messages[answer];
  const state = inLoop && last?.role === "assistant" ? signedStateInLoop(messages) : undefined;
  const upstream = state?.bound === true ? state.upstream : undefined;
  if (upstream === undefined) {
    return { messages: forget(messages, soleProvider(routing)), routing, model: state?.model };
  }
  const slug = slugOf(upstream);
  if (!allows(routing, slug)) {
    const kept = mapAnswers(messages, (message) => withoutDetails(message, isBound));
    const message = `The reasoning that ${upstream} signed was left out, as the routing does not allow ${upstream} any more.`;
    return { messages: kept, routing, model: state?.model, notice: { code: "upstream-not-allowed", message } };
  }
  const message = `This request goes to ${upstream} alone: it carries on a loop of tools whose reasoning no other provider can read.`;
  return {
    messages: forget(messages, slug),
    routing: narrow(routing, slug),
    model: state?.model,
    pinnedTo: upstream,
    notice: { code: "upstream-pinned", message },
  };
}

/** The signed reasoning of the latest answer since the user last spoke that has some. */
function signedStateInLoop(messages: readonly Message[]): SignedState | undefined {
  for (const message of messages.toReversed()) {
    if (message.role === "user") return undefined;
    const state = message.role === "assistant" ? signedStateOf(message) : undefined;
    if (state !== undefined) return state;
  }
  return undefined;
}

/**
 * Leaves out what a provider other than `slug` (undefined: it may be any) could mistake for its own. In the turn that is
 * going on, that is only what is known to be another's: without its signatures it could not go on.
 */
function forget(messages: readonly Message[], slug: string | undefined): readonly Message[] {
  const turn = messages.findLastIndex((message) => message.role === "user");
  return messages.map((message, index) => {
    if (message.role !== "assistant") return message;
    return withoutDetails(message, (detail, { origin }) => {
      if (!isAmbiguous(detail)) return false;
      const known = slug !== undefined && origin.upstream !== undefined;
      return known ? slugOf(origin.upstream) !== slug : index < turn;
    });
  });
}

function mapAnswers(messages: readonly Message[], change: (message: AssistantMessage) => AssistantMessage) {
  return messages.map((message) => (message.role === "assistant" ? change(message) : message));
}

/** The one provider that a routing leaves, if it leaves just one. */
function soleProvider({ only, order, allow_fallbacks }: ProviderRouting): string | undefined {
  const left = only ?? (allow_fallbacks === false ? order : undefined);
  const providers = new Set(left?.map((slug) => slugOf(slug).split("/")[0]));
  return providers.size === 1 ? [...providers][0] : undefined;
}

function allows({ only, ignore, order, allow_fallbacks }: ProviderRouting, slug: string): boolean {
  if (ignore?.some((ignored) => slugOf(ignored) === slug)) return false;
  if (only !== undefined && !only.some((allowed) => covers(slug, allowed))) return false;
  return allow_fallbacks !== false || order === undefined || order.some((tried) => covers(slug, tried));
}

/** Leaves the one provider, and of it no more endpoints than were allowed. */
function narrow(routing: ProviderRouting, slug: string): ProviderRouting {
  const { only, order, ...rest } = routing;
  const tried = order?.filter((entry) => covers(slug, entry)) ?? [];
  // An endpoint of a service tier is one only where it is named.
  const allowed = only?.filter((entry) => covers(slug, entry)) ?? [...new Set([slug, ...tried])];
  return { ...rest, ...(tried.length > 0 && { order: tried }), only: allowed };
}
