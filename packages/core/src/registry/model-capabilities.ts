import type { Capabilities, Capability } from "../contract/capabilities.ts";
import type { Gateway } from "../contract/gateway.ts";
import type { GatewayPlugin } from "../contract/plugin.ts";

/** Returns what a gateway can do with a model: what it can do at all, corrected by what is known of the model. */
export function capabilitiesOf(plugin: GatewayPlugin, gateway: Gateway, model: string): Capabilities {
  const capabilities: { -readonly [Ability in Capability]: boolean } = { ...plugin.capabilities };
  const own = gateway.model?.(model)?.capabilities ?? {};
  for (const ability of Object.keys(own) as Capability[]) {
    capabilities[ability] = own[ability] ?? capabilities[ability];
  }
  return capabilities;
}
