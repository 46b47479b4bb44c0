import type { GuardedGateway } from "../contract/gateway.ts";
import type { Limits } from "../contract/limits.ts";

/**
 * A gateway by its id, whatever becomes of its settings: what is asked goes to the one that is open at that moment. So a
 * run of several steps goes on when the settings change between two of them.
 */
export function handle(id: string, limits: Limits, current: () => GuardedGateway): GuardedGateway {
  return {
    id,
    limits,
    get capabilities() {
      return current().capabilities;
    },
    capabilitiesOf: (model) => current().capabilitiesOf(model),
    get privacyDemands() {
      return current().privacyDemands;
    },
    get model() {
      const gateway = current();
      return gateway.model?.bind(gateway);
    },
    privacyOf: (request) => current().privacyOf(request),
    unmetPrivacy: (privacy) => current().unmetPrivacy(privacy),
    models: (options) => current().models(options),
    // Found out when the stream is begun, and thrown from it, like all that keeps one from beginning.
    stream: (request) => ({ [Symbol.asyncIterator]: () => current().stream(request)[Symbol.asyncIterator]() }),
    get serviceTools() {
      return current().serviceTools;
    },
    get extensions() {
      return current().extensions;
    },
    get check() {
      const gateway = current();
      return gateway.check?.bind(gateway);
    },
  } as GuardedGateway;
}
