import {
  type Gateway,
  type GuardedGateway,
  type ModelEvent,
  type ModelRequest,
  privacyDemands,
  type Registry,
} from "@waygate/core";

/** A gateway that is opened when it is first asked for something, in a registry of its own. */
export function lazyGateway(id: string, open: () => Promise<Registry>): Gateway {
  let opening: Promise<Registry> | undefined;
  let opened: GuardedGateway | undefined;
  const gateway = async (): Promise<GuardedGateway> => {
    opening ??= open();
    opened ??= (await opening).gateway(id);
    return opened;
  };
  return {
    models: async (options) => (await gateway()).models(options),
    model: (model) => opened?.model?.(model),
    // Everything until it is known what there is: the gateway inside refuses the rest.
    get privacyDemands() {
      return opened === undefined ? privacyDemands : opened.privacyDemands;
    },
    privacy: (request) => opened?.privacyOf(request) ?? {},
    stream: (request) => ({ [Symbol.asyncIterator]: () => lazyStream(gateway, request) }),
    check: async (options) => (await (await gateway()).check?.(options)) ?? { facts: [] },
    async close() {
      // What was never opened, or could not be, needs no closing.
      const registry = await opening?.catch(() => undefined);
      await registry?.close();
    },
  };
}

function lazyStream(gateway: () => Promise<GuardedGateway>, request: ModelRequest) {
  let source: AsyncIterator<readonly ModelEvent[]> | undefined;
  return {
    async next(): Promise<IteratorResult<readonly ModelEvent[], undefined>> {
      source ??= (await gateway()).stream(request)[Symbol.asyncIterator]();
      const result = await source.next();
      return result.done === true ? { done: true, value: undefined } : result;
    },
    async return(): Promise<IteratorResult<readonly ModelEvent[], undefined>> {
      await source?.return?.();
      return { done: true, value: undefined };
    },
  };
}
