import { forwardGateway } from "../contract/forward-gateway.ts";
import type { GuardedGateway } from "../contract/gateway.ts";
import type { Limits } from "../contract/limits.ts";
import type { Privacy } from "../contract/privacy.ts";
import type { ModelRequest } from "../contract/request.ts";

/**
 * Returns a gateway by its id, whatever happens to its settings: a request goes to the one that is open at that moment. So
 * a run of several steps continues if the settings change between two of them.
 */
export function handle(id: string, limits: Limits, current: () => GuardedGateway): GuardedGateway {
  return forwardGateway(
    current,
    {
      id,
      limits,
      get capabilities() {
        return current().capabilities;
      },
      capabilitiesOf: (model: string) => current().capabilitiesOf(model),
      privacyOf: (request: Pick<ModelRequest, "model" | "gatewayOptions">) => current().privacyOf(request),
      unmetPrivacy: (privacy: Privacy) => current().unmetPrivacy(privacy),
      models: (options: Parameters<GuardedGateway["models"]>[0]) => current().models(options),
      // Found out when the stream begins, and thrown from it, like everything else that keeps one from beginning.
      stream: (request: ModelRequest) => ({
        [Symbol.asyncIterator]: () => current().stream(request)[Symbol.asyncIterator](),
      }),
    },
    /* The registry closes it. */ ["close"],
  );
}
