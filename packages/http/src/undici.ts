/** Types only: importing them loads nothing of undici. */
export type { Dispatcher } from "undici";

/** The module that `loadUndici` resolves to. */
export type Undici = typeof import("undici");

/** Where undici and Node's `fetch` keep the program's global dispatcher. */
const dispatchers = [Symbol.for("undici.globalDispatcher.1"), Symbol.for("undici.globalDispatcher.2")] as const;

let loading: Promise<Undici> | undefined;

/**
 * Loads undici. This happens with the first request and not at import, because it takes longer than loading everything else.
 * Loading may set another dispatcher for the program's global `fetch`; that is undone.
 */
export function loadUndici(): Promise<Undici> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Undici> {
  // Makes Node load its own fetch first. It then has its own dispatcher, which undici respects.
  void globalThis.Headers;
  const slots = globalThis as { [slot: symbol]: unknown };
  const before = dispatchers.map((slot) => slots[slot]);
  const undici = await import("undici");
  dispatchers.forEach((slot, index) => {
    if (before[index] !== undefined && slots[slot] !== before[index]) slots[slot] = before[index];
  });
  return undici;
}
