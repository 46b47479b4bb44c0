import { forwardGateway } from "../contract/forward-gateway.ts";
import type { Gateway, GuardedGateway, ModelsOptions } from "../contract/gateway.ts";
import type { GatewayPlugin } from "../contract/plugin.ts";
import type { Privacy } from "../contract/privacy.ts";
import type { ModelRequest } from "../contract/request.ts";
import { checkedModels } from "./checked-models.ts";
import { unmetPrivacy } from "./demands.ts";
import { checkOptions } from "./gateway-options.ts";
import { GuardedStream, type GuardHooks } from "./guarded-stream.ts";
import { capabilitiesOf, knownModel } from "./model-capabilities.ts";
import { callPlugin, pluginCallMs } from "./plugin-call.ts";

/** What a gateway is asked about its privacy. */
type PrivacyQuestion = Pick<ModelRequest, "model" | "gatewayOptions">;

/**
 * Puts a gateway behind the checks that every plugin would otherwise have to write: what is asked against what was
 * declared, options against their schema, the order of the events, and that an abort is felt at once.
 */
export function guard(id: string, plugin: GatewayPlugin, gateway: Gateway, hooks: GuardHooks): GuardedGateway {
  const call = (name: string) => ({ gateway: id, name, limitMs: pluginCallMs });
  const check = gateway.check?.bind(gateway);
  return forwardGateway(
    gateway,
    {
      id,
      limits: hooks.limits,
      capabilities: plugin.capabilities,
      capabilitiesOf: (model: string) => capabilitiesOf(plugin, knownModel(id, gateway, model)),
      privacyOf: (request: PrivacyQuestion) =>
        gateway.privacy?.({ ...request, gatewayOptions: checkOptions(id, plugin, request) }) ?? {},
      unmetPrivacy: (privacy: Privacy) => unmetPrivacy(id, gateway, privacy),
      async models({ signal, refresh }: Partial<ModelsOptions> = {}) {
        const list = await callPlugin(call("models()"), signal, (own) => gateway.models({ signal: own, refresh }));
        return checkedModels(id, list, (message) => hooks.notice("models-left-out", message));
      },
      ...(gateway.model !== undefined && { model: (model: string) => knownModel(id, gateway, model) }),
      stream: (request: ModelRequest) => ({
        [Symbol.asyncIterator]: () => new GuardedStream(id, plugin, gateway, request, hooks),
      }),
      ...(check !== undefined && {
        check: ({ signal }: Partial<Pick<ModelsOptions, "signal">> = {}) =>
          callPlugin(call("check()"), signal, (own) => check({ signal: own })),
      }),
    },
    /* The registry closes it. */ ["close"],
  );
}
