import type { JsonObject } from "@waygate/core/plugin";
import { jsonObject, openObject } from "@waygate/plugin-kit/settings";
import * as v from "valibot";
import { type GatewayRouting, requestRouting, settingsRouting } from "./gateway-routing.ts";

/**
 * The `providerOptions` of a body: under `gateway` how the request is routed, under a provider's slug what is passed on
 * to that provider as it is, such as `{ anthropic: { effort: "high" } }`.
 */
export type ProviderOptions = {
  readonly gateway?: GatewayRouting;
  readonly [provider: string]: JsonObject | GatewayRouting;
};

const options = <Routing extends v.GenericSchema>(routing: Routing) =>
  openObject({ gateway: v.optional(routing) }, jsonObject);

export const settingsProviderOptions = options(settingsRouting);
export const requestProviderOptions = options(requestRouting);
