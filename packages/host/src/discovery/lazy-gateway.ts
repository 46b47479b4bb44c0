import { type Gateway, type GuardedGateway, type ModelRequest, privacyDemands, type Registry } from "@waygate/core";
import { batches, forwardGateway, readingOf } from "@waygate/core/plugin";

/** A gateway that is opened when it is first asked for something, in a registry of its own. */
export function lazyGateway(id: string, open: () => Promise<Registry>): Gateway {
  let opening: Promise<Registry> | undefined;
  let opened: GuardedGateway | undefined;
  const gateway = async (): Promise<GuardedGateway> => {
    opening ??= open();
    opened ??= (await opening).gateway(id);
    return opened;
  };
  return forwardGateway(() => opened, {
    models: async (options: Parameters<Gateway["models"]>[0]) => (await gateway()).models(options),
    model: (model: string) => opened?.model?.(model),
    // Everything until it is known what there is: the gateway inside refuses the rest.
    get privacyDemands() {
      return opened === undefined ? privacyDemands : opened.privacyDemands;
    },
    get serviceTools() {
      return opened === undefined ? ("any" as const) : opened.serviceTools;
    },
    privacy: (request: Parameters<GuardedGateway["privacyOf"]>[0]) => opened?.privacyOf(request) ?? {},
    stream: (request: ModelRequest) => ({ [Symbol.asyncIterator]: () => lazyStream(gateway, request) }),
    check: async (options: Parameters<NonNullable<Gateway["check"]>>[0]) =>
      (await (await gateway()).check?.(options)) ?? { facts: [] },
    async close() {
      // What was never opened, or could not be, needs no closing.
      const registry = await opening?.catch(() => undefined);
      await registry?.close();
    },
  });
}

/** The registry inside watches the deadlines. */
function lazyStream(gateway: () => Promise<GuardedGateway>, request: ModelRequest) {
  return batches(async () => readingOf((await gateway()).stream(request)[Symbol.asyncIterator]()));
}
