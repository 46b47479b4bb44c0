/** Types alone: nothing of undici is loaded by importing them. */
export type { Dispatcher } from "undici";

/** All that undici exports, as `loadUndici` resolves to it. */
export type Undici = typeof import("undici");

/** Where undici, and the `fetch` that Node builds on it, look for the dispatcher that a program has chosen. */
const dispatchers = [Symbol.for("undici.globalDispatcher.1"), Symbol.for("undici.globalDispatcher.2")] as const;

let loading: Promise<Undici> | undefined;

/**
 * Loads undici, at the first request rather than at import: it takes longer to load than everything else together.
 * Its own loading may put another dispatcher behind the program's global `fetch`; that is undone.
 */
export function loadUndici(): Promise<Undici> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Undici> {
  // Makes Node load its built-in fetch first, which then has a dispatcher of its own that undici respects.
  void globalThis.Headers;
  const slots = globalThis as { [slot: symbol]: unknown };
  const before = dispatchers.map((slot) => slots[slot]);
  const undici = await import("undici");
  dispatchers.forEach((slot, index) => {
    if (before[index] !== undefined && slots[slot] !== before[index]) slots[slot] = before[index];
  });
  return undici;
}
