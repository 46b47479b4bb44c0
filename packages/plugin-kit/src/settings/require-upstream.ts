import { GatewayError } from "@waygate/core/plugin";

/**
 * Throws a `GatewayError` if routing allows no provider at all: two lists of the only allowed ones have none in common.
 * Such a request must not be sent, as a service takes an empty list for none.
 *
 * @param only The providers that are allowed. `undefined`: all.
 */
export function requireUpstream(gateway: string, only: readonly string[] | undefined): void {
  if (only === undefined || only.length > 0) return;
  throw new GatewayError(
    `The request to gateway "${gateway}" allows no provider: the lists in "only" of the settings and of the request ` +
      "have none in common. Name a provider that the settings allow.",
    { gateway, code: "invalid-request" },
  );
}
