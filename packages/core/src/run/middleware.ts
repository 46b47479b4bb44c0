import { abortable } from "../contract/abortable.ts";
import { GatewayError } from "../contract/error.ts";
import type { ModelEvent } from "../contract/event.ts";
import type { ModelRequest } from "../contract/request.ts";
import { EventOrder } from "../stream/order.ts";
import { AnswerStream } from "./answer-stream.ts";
import type { RunEvent } from "./event.ts";
import type { LoopYield } from "./loop.ts";
import type { RunOptions } from "./options.ts";

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

/**
 * Stands around a run as a whole: it sees all its events on their way to the consumer, and may change them, hold them
 * back, add some, or leave early, which ends the run. The history and the result are the run's own, whatever it does.
 */
export type RunMiddleware = (
  options: RunOptions,
  next: () => AsyncIterable<readonly RunEvent[]>,
) => AsyncIterable<readonly RunEvent[]>;

/** Plain functions around the parts of a run, the outermost first. */
export interface Middleware {
  readonly model?: readonly ModelMiddleware[] | undefined;
  readonly run?: readonly RunMiddleware[] | undefined;
}

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

/** Runs a loop through middleware. */
export function runThrough(
  layers: readonly RunMiddleware[],
  options: RunOptions,
  loop: AsyncIterable<LoopYield>,
): AsyncIterator<readonly RunEvent[], void, void> {
  const through = layers.reduceRight<() => AsyncIterable<readonly RunEvent[]>>(
    (next, layer) => () => layer(options, next),
    () => inBatches(loop),
  );
  return through()[Symbol.asyncIterator]();
}

/** A loop's batches, those of its answers among them. */
async function* inBatches(loop: AsyncIterable<LoopYield>): AsyncGenerator<readonly RunEvent[], void, void> {
  for await (const yielded of loop) {
    if (!(yielded instanceof AnswerStream)) yield yielded;
    else for (let batch = await yielded.next(); batch !== undefined; batch = await yielded.next()) yield batch;
  }
}

/** Ends an iterator without waiting for it: whoever wrote it may be waiting for something else. */
export async function letGo(source: AsyncIterator<unknown>): Promise<void> {
  try {
    await source.return?.();
  } catch {
    // Its last words interest nobody.
  }
}
