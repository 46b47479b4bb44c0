import type { Gateway, ModelRequest } from "@waygate/core";
import { batches, forwardGateway, keepsDeadlines, readingOf } from "@waygate/core/plugin";
import type { ModelLister } from "../models/model-lister.ts";

/**
 * Returns a plugin's gateway as the host hands it to the registry: its list of models is remembered, and its failures are
 * noted.
 */
export function watchedGateway(gateway: Gateway, lister: ModelLister, failed: (error: unknown) => void): Gateway {
  return forwardGateway(gateway, {
    models: (options: Parameters<Gateway["models"]>[0]) => lister.models(options),
    model: (id: string) => lister.model(id),
    privacy: (request: Parameters<NonNullable<Gateway["privacy"]>>[0]) => gateway.privacy?.(request) ?? {},
    stream: (request: ModelRequest) => ({
      [Symbol.asyncIterator]: () => watchedStream(gateway, request, failed),
    }),
  });
}

function watchedStream(gateway: Gateway, request: ModelRequest, failed: (error: unknown) => void) {
  const stream = gateway.stream(request);
  const source = stream[Symbol.asyncIterator]();
  const tell = (error: unknown) => {
    if (!request.signal.aborted) failed(error);
    return error;
  };
  const options = { keepsDeadlines: keepsDeadlines(stream) || keepsDeadlines(source) };
  return batches(async () => ({ reading: readingOf(source), tell }), options);
}
