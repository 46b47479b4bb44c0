import { type Capabilities, capabilityNames } from "../contract/capabilities.ts";
import type { Gateway } from "../contract/gateway.ts";
import type { Model } from "../contract/model.ts";
import type { GatewayPlugin } from "../contract/plugin.ts";
import { checkedModel } from "./checked-models.ts";
import { pluginFailure } from "./plugin-failure.ts";

/** Returns what a gateway can do with a model: what its plugin declares, corrected by what is known of the model. */
export function capabilitiesOf(plugin: GatewayPlugin, model: Model | undefined): Capabilities {
  const own = model?.capabilities ?? {};
  const pairs = capabilityNames.map((name) => [name, own[name] ?? plugin.capabilities[name]] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

/** Returns what is known of a model without a request. Throws a `GatewayError` that names the gateway if the plugin throws. */
export function knownModel(id: string, gateway: Gateway, model: string): Model | undefined {
  try {
    return checkedModel(gateway.model?.(model));
  } catch (error) {
    throw pluginFailure(id, undefined, error);
  }
}
