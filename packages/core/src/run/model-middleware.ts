import { abortable } from "../contract/abortable.ts";
import { GatewayError } from "../contract/error.ts";
import type { ModelEvent } from "../contract/event.ts";
import type { ModelRequest } from "../contract/request.ts";
import { EventOrder } from "../stream/order.ts";
import { letGo } from "./let-go.ts";

/** One request to a model. */
export interface ModelCall {
  /** The gateway's id. */
  readonly gateway: string;
  /** As it is going to be sent, but for what the gateway's own guard fits for its model. */
  readonly request: ModelRequest;
  /** 1 for the first of these in a row that ask for the same answer. */
  readonly attempt: number;
}

/**
 * Stands around each request to a model: it may change the request, look at the events or change them, or answer by
 * itself. Events come in the batches in which the network delivered them, never empty; passed on in batches they cost
 * next to nothing. What it throws is treated like a gateway's own failure: a `GatewayError` may be retried.
 */
export type ModelMiddleware = (
  call: ModelCall,
  next: (request: ModelRequest) => AsyncIterable<readonly ModelEvent[]>,
) => AsyncIterable<readonly ModelEvent[]>;

/** Asks a model through middleware. What comes out is held to the order of events, and ends at once on an abort. */
export function callThrough(
  layers: readonly ModelMiddleware[],
  call: ModelCall,
  ask: (request: ModelRequest) => AsyncIterable<readonly ModelEvent[]>,
): AsyncIterable<readonly ModelEvent[]> {
  if (layers.length === 0) return ask(call.request);
  const through = layers.reduceRight((next, layer) => (request) => layer({ ...call, request }, next), ask);
  return held(through(call.request), call);
}

async function* held(
  batches: AsyncIterable<readonly ModelEvent[]>,
  { gateway, request: { signal } }: ModelCall,
): AsyncGenerator<readonly ModelEvent[], void, void> {
  const order = new EventOrder();
  const fail = (breach: string) => {
    const words = `A middleware around gateway "${gateway}" ${breach}. Pass the gateway's events on in their order.`;
    return new GatewayError(words, { gateway, code: "protocol" });
  };
  const source = batches[Symbol.asyncIterator]();
  let over = false;
  try {
    for (;;) {
      const { done, value: batch } = await abortable(Promise.resolve(source.next()), signal);
      if (done === true) break;
      for (const event of batch) {
        const breach = order.check(event);
        if (breach !== undefined) throw fail(breach);
      }
      if (batch.length > 0) yield batch;
    }
    over = true;
    const breach = order.end();
    if (breach !== undefined) throw fail(breach);
  } finally {
    if (!over) letGo(source);
  }
}
