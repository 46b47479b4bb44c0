import { isObject, type JsonObject } from "@waygate/core/plugin";
import { mergeJson } from "@waygate/plugin-kit";
import type { ProviderOptions } from "./provider-options.ts";
import { tighten } from "./tighten.ts";

/** Lays provider options over others: routing under the privacy ratchet, the rest key by key. */
export function layProviderOptions(
  below: ProviderOptions,
  above: ProviderOptions,
): { readonly options: ProviderOptions; readonly ignored: readonly string[] } {
  const { gateway: routingBelow = {}, ...restBelow } = below;
  const { gateway: routingAbove = {}, ...restAbove } = above;
  const { routing, ignored } = tighten(routingBelow, routingAbove);
  const rest = mergeJson(restBelow as JsonObject, restAbove as JsonObject, "stay") as ProviderOptions;
  return { options: Object.keys(routing).length === 0 ? rest : { gateway: routing, ...rest }, ignored };
}

/** The `providerOptions` field of a body; undefined where there is nothing to say. */
export function encodeProviderOptions(options: ProviderOptions): JsonObject | undefined {
  const said = Object.entries(options).filter(([, value]) => isObject(value) && Object.keys(value).length > 0);
  // What the schema has checked is JSON throughout.
  return said.length === 0 ? undefined : (Object.fromEntries(said) as JsonObject);
}
