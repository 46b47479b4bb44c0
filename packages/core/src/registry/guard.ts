import type { Gateway, GuardedGateway } from "../contract/gateway.ts";
import type { GatewayPlugin } from "../contract/plugin.ts";
import { unmetPrivacy } from "./demands.ts";
import { checkOptions } from "./gateway-options.ts";
import { GuardedStream, type GuardHooks } from "./guarded-stream.ts";
import { capabilitiesOf } from "./model-capabilities.ts";
import { pluginFailure } from "./plugin-failure.ts";

/**
 * Puts a gateway behind the checks that every plugin would otherwise have to write: what is asked against what was
 * declared, options against their schema, the order of the events, and that an abort is felt at once.
 */
export function guard(id: string, plugin: GatewayPlugin, gateway: Gateway, hooks: GuardHooks): GuardedGateway {
  const guarded: GuardedGateway = {
    id,
    limits: hooks.limits,
    capabilities: plugin.capabilities,
    capabilitiesOf: (model) => capabilitiesOf(plugin, gateway, model),
    privacyOf: (request) => gateway.privacy?.({ ...request, gatewayOptions: checkOptions(id, plugin, request) }) ?? {},
    unmetPrivacy: (privacy) => unmetPrivacy(id, gateway, privacy),
    async models(options) {
      return naming(id, options.signal, () => gateway.models(options));
    },
    stream(request) {
      return { [Symbol.asyncIterator]: () => new GuardedStream(id, plugin, gateway, request, hooks) };
    },
  };
  if (gateway.privacyDemands !== undefined) {
    // Asked anew each time: a host may learn of it when it loads a plugin.
    Object.defineProperty(guarded, "privacyDemands", { enumerable: true, get: () => gateway.privacyDemands });
  }
  if (gateway.model !== undefined) guarded.model = gateway.model.bind(gateway);
  const check = gateway.check?.bind(gateway);
  if (check !== undefined) {
    const checkNamed = (options: { readonly signal: AbortSignal }) => naming(id, options.signal, () => check(options));
    guarded.check = checkNamed;
  }
  return guarded;
}

/** Runs a plugin's function; what it throws comes out as a `GatewayError` that names the gateway. */
async function naming<Result>(id: string, signal: AbortSignal, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw pluginFailure(id, signal, error);
  }
}
