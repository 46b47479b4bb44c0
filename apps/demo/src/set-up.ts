import type { GatewaySetup, Host } from "@waygate/host";

/** The gateways that somebody has done something about. */
export async function setUpGateways(host: Host): Promise<readonly GatewaySetup[]> {
  return (await host.setups()).filter(({ state }) => state !== "untouched");
}
