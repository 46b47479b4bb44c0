import type { JsonObject } from "@waygate/core/plugin";
import * as v from "valibot";
import { type GatewayRouting, requestRouting, settingsRouting } from "./gateway-routing.ts";
import { jsonObject } from "./schema-parts.ts";

/**
 * The `providerOptions` of a body: under `gateway` how the request is routed, under a provider's slug what is passed on
 * to that provider as it is, such as `{ anthropic: { effort: "high" } }`.
 */
export type ProviderOptions = {
  readonly gateway?: GatewayRouting;
  readonly [provider: string]: JsonObject | GatewayRouting;
};

const options = <Routing extends v.GenericSchema>(routing: Routing) =>
  v.objectWithRest(
    { gateway: v.optional(routing) },
    jsonObject,
    'must be an object, such as { "gateway": { "order": ["anthropic"] } }',
  );

export const settingsProviderOptions = options(settingsRouting);
export const requestProviderOptions = options(requestRouting);
