import type { Gateway, ModelRequest } from "@waygate/core";
import type { ModelLister } from "../models/model-lister.ts";

/**
 * A plugin's gateway as the host hands it to the registry: its list of models is remembered, and what goes wrong with
 * it is noted.
 */
export function watchedGateway(gateway: Gateway, lister: ModelLister, failed: (error: unknown) => void): Gateway {
  const watched: Gateway = {
    models: (options) => lister.models(options),
    model: (id) => lister.model(id),
    get privacyDemands() {
      return gateway.privacyDemands;
    },
    privacy: (request) => gateway.privacy?.(request) ?? {},
    stream: (request) => ({
      [Symbol.asyncIterator]: () => watchedStream(gateway, request, failed),
    }),
  };
  const check = gateway.check?.bind(gateway);
  const close = gateway.close?.bind(gateway);
  if (check !== undefined) watched.check = check;
  if (close !== undefined) watched.close = close;
  return watched;
}

/** The plugin's own iterator, its failures overheard: the promises that it gives are handed on as they are. */
function watchedStream(gateway: Gateway, request: ModelRequest, failed: (error: unknown) => void) {
  const source = gateway.stream(request)[Symbol.asyncIterator]();
  return {
    next() {
      const result = source.next();
      // An iterator written by hand may return no promise; saying so is the registry's business.
      result?.then?.(undefined, (error: unknown) => {
        if (!request.signal.aborted) failed(error);
      });
      return result;
    },
    return: async () => (await source.return?.()) ?? { done: true as const, value: undefined },
  };
}
