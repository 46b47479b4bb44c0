import {
  batches,
  type GatewayError,
  isGatewayError,
  type ModelEvent,
  type NoticeEvent,
  readingOf,
  reworded,
} from "@waygate/core/plugin";

/**
 * Returns a stream with notices before it. `pinnedTo`: the provider that it could only go to, which a failure then names, as
 * notices of an attempt that failed may reach nobody.
 */
export function announced(
  stream: AsyncIterable<readonly ModelEvent[]>,
  notices: readonly NoticeEvent[],
  pinnedTo: string | undefined,
): AsyncIterable<readonly ModelEvent[]> {
  const tell = (error: unknown) =>
    pinnedTo !== undefined && isGatewayError(error) && isTheirs(error) ? pinned(error, pinnedTo) : error;
  return batches(async () => ({ ready: [notices], reading: readingOf(stream[Symbol.asyncIterator]()), tell }));
}

/** Whether another provider might have done better: there was none left, or this one is at its limit or failed. */
function isTheirs({ status }: GatewayError): boolean {
  return status !== undefined && (status === 404 || status === 429 || status >= 500);
}

function pinned(error: GatewayError, provider: string): GatewayError {
  const words =
    `It could only go to ${provider}, whose reasoning it carries on; ` +
    "with the option pin_upstream set to false, OpenRouter may choose another.";
  return reworded(error, `${error.message} ${words}`);
}
