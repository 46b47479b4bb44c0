import { AsyncLocalStorage, createHook } from "node:async_hooks";
import { getEventListeners } from "node:events";
import { setImmediate, setTimeout } from "node:timers/promises";
import { expect } from "vitest";

/** Shorter timers end by themselves soon enough; those that would be missed are deadlines. */
const longMs = 1000;
const sockets = new Set(["TCPWRAP", "TCPSERVERWRAP", "TLSWRAP", "PIPEWRAP"]);

/** Sockets and timers, those that keep no process alive included, by the work in whose course they were made. */
const current = new AsyncLocalStorage<Leftovers>();
const owners = new Map<number, Leftovers>();
createHook({
  trackPromises: false,
  init(id, type, _trigger, resource) {
    const owner = current.getStore();
    const name = owner === undefined ? undefined : nameOf(type, resource);
    if (owner === undefined || name === undefined) return;
    owners.set(id, owner);
    owner.open.set(id, name);
  },
  destroy(id) {
    owners.get(id)?.open.delete(id);
    owners.delete(id);
  },
}).enable();

function nameOf(type: string, resource: object): string | undefined {
  if (sockets.has(type)) return type;
  const { _idleTimeout: time = 0 } = resource as { readonly _idleTimeout?: number };
  return type === "Timeout" && time >= longMs ? `a timer of ${time} ms` : undefined;
}

/** What one piece of work has begun and not ended yet, told apart from all that goes on beside it. */
export class Leftovers {
  readonly open = new Map<number, string>();

  /** Does the work, whose sockets and timers are from then on looked after. */
  of<Result>(work: () => Promise<Result>): Promise<Result> {
    return current.run(this, work);
  }

  /** Waits, some seconds at most, until no socket, timer or listener is left. */
  async expectNone(signals: readonly AbortSignal[]): Promise<void> {
    const listeners = () => signals.flatMap((signal) => getEventListeners(signal, "abort").map(() => "a listener"));
    await eventually(() => [...this.open.values(), ...listeners()], []);
  }
}

/** What keeps the process alive, as Node counts it: sockets and timers, by their kinds. */
export function keptAlive(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo().sort()) {
    if (/^(TCP|TLS|Timeout)/.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Waits until something is as expected, 5 seconds at most; fails with what it is instead. */
export async function eventually<Value>(look: () => Value, expected: Value): Promise<void> {
  const end = performance.now() + 5_000;
  for (let looks = 1; ; looks++) {
    const value = look();
    if (JSON.stringify(value) === JSON.stringify(expected)) return;
    if (performance.now() > end) expect(value).toEqual(expected);
    // Mostly it is a matter of some turns of the event loop.
    await (looks < 20 ? setImmediate() : setTimeout(2));
  }
}
