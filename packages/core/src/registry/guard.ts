import type { Gateway, GuardedGateway } from "../contract/gateway.ts";
import type { GatewayPlugin } from "../contract/plugin.ts";
import { checkedModels } from "./checked-models.ts";
import { unmetPrivacy } from "./demands.ts";
import { checkOptions } from "./gateway-options.ts";
import { GuardedStream, type GuardHooks } from "./guarded-stream.ts";
import { capabilitiesOf, knownModel } from "./model-capabilities.ts";
import { callPlugin, pluginCallMs } from "./plugin-call.ts";

/**
 * Puts a gateway behind the checks that every plugin would otherwise have to write: what is asked against what was
 * declared, options against their schema, the order of the events, and that an abort is felt at once.
 */
export function guard(id: string, plugin: GatewayPlugin, gateway: Gateway, hooks: GuardHooks): GuardedGateway {
  const guarded: GuardedGateway = {
    id,
    limits: hooks.limits,
    capabilities: plugin.capabilities,
    capabilitiesOf: (model) => capabilitiesOf(plugin, knownModel(id, gateway, model)),
    privacyOf: (request) => gateway.privacy?.({ ...request, gatewayOptions: checkOptions(id, plugin, request) }) ?? {},
    unmetPrivacy: (privacy) => unmetPrivacy(id, gateway, privacy),
    async models({ signal, refresh } = {}) {
      const call = { gateway: id, name: "models()", limitMs: pluginCallMs };
      const list = await callPlugin(call, signal, (own) => gateway.models({ signal: own, refresh }));
      return checkedModels(id, list, (message) => hooks.notice("models-left-out", message));
    },
    stream(request) {
      return { [Symbol.asyncIterator]: () => new GuardedStream(id, plugin, gateway, request, hooks) };
    },
  };
  if (gateway.privacyDemands !== undefined) {
    // Asked anew each time: a host may learn of it when it loads a plugin.
    Object.defineProperty(guarded, "privacyDemands", { enumerable: true, get: () => gateway.privacyDemands });
  }
  for (const name of ["serviceTools", "extensions"] as const) {
    Object.defineProperty(guarded, name, { enumerable: true, get: () => gateway[name] });
  }
  if (gateway.model !== undefined) guarded.model = (model) => knownModel(id, gateway, model);
  const check = gateway.check?.bind(gateway);
  if (check !== undefined) {
    const call = { gateway: id, name: "check()", limitMs: pluginCallMs };
    guarded.check = ({ signal } = {}) => callPlugin(call, signal, (own) => check({ signal: own }));
  }
  return guarded;
}
