import type { GatewayEntry } from "@waygate/core";

/** The variables that commands see: all but the gateways' own keys, which a command's output would give away. */
export function commandEnvironment(
  environment: NodeJS.ProcessEnv,
  gateways: readonly GatewayEntry[],
): NodeJS.ProcessEnv {
  const secret = new Set(gateways.flatMap(({ credentials }) => credentials.flatMap(({ env }) => env)));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !secret.has(name)));
}
