import { AnswerStream, type LoopYield } from "./answer-stream.ts";
import type { RunEvent } from "./event.ts";
import type { RunMiddleware, RunOptions } from "./options.ts";

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
