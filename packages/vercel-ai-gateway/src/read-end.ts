import { isObject } from "@waygate/core/plugin";
import type { ChatDialect } from "@waygate/openai-chat";

/**
 * What an answer's `provider_metadata` says. It stands in the message of a whole answer, and in the last delta of a
 * stream: `gateway.routing.finalProvider` names the provider that served it.
 *
 * Of Google's models the gateway counts reasoning beside the completion, which shows only where the upstream's own
 * counts are looked at.
 */
export const readEnd: ChatDialect["readEnd"] = ({ delta, message }, { usage }) => {
  const carrier = [delta, message].filter(isObject).find((part) => isObject(part.provider_metadata));
  if (!isObject(carrier?.provider_metadata)) return undefined;
  const { gateway, ...providers } = carrier.provider_metadata;
  const completion = isObject(usage) ? usage.completion_tokens : undefined;
  return {
    upstream: upstreamOf(gateway),
    reasoningBeside: Object.values(providers).some((provider) => countsApart(provider, completion)),
  };
};

/** The provider that served a request, or was the last to try, as the gateway's routing tells it. */
export function upstreamOf(gateway: unknown): string | undefined {
  if (!isObject(gateway) || !isObject(gateway.routing)) return undefined;
  const { finalProvider, resolvedProvider, attempts } = gateway.routing;
  const last: unknown = Array.isArray(attempts) ? attempts.at(-1) : undefined;
  const named = [finalProvider, isObject(last) ? last.provider : undefined, resolvedProvider];
  return named.find((name) => typeof name === "string" && name !== "") as string | undefined;
}

function countsApart(provider: unknown, completion: unknown): boolean {
  if (!isObject(provider) || !isObject(provider.usageMetadata)) return false;
  const { thoughtsTokenCount: thoughts, candidatesTokenCount: candidates } = provider.usageMetadata;
  return typeof thoughts === "number" && thoughts > 0 && candidates === completion;
}
