import { loadUndici } from "@waygate/http";
import type { RoutedDispatcher } from "./routed-dispatcher.ts";

/**
 * A `fetch` that sends through a dispatcher. undici's own: Node's may be of an older undici, whose dispatchers are
 * others. The two have the same shape but types of their own, which is what the casts stand for.
 */
export function fetchThrough(dispatcher: RoutedDispatcher): typeof globalThis.fetch {
  const through = async (input: unknown, init: object | undefined) => {
    const undici = await loadUndici();
    const request = undici.fetch as unknown as (input: unknown, init: object) => Promise<Response>;
    return request(input, { ...init, dispatcher });
  };
  return through as typeof globalThis.fetch;
}
