import { AsyncLocalStorage, createHook } from "node:async_hooks";
import { getEventListeners } from "node:events";

/** Names a run: the same seed and number make the same plan. */
export interface RunName {
  readonly seed: number;
  readonly run: number;
}

/** Shorter timers end by themselves soon enough; those that would be missed are deadlines. */
const longMs = 1_000;
const sockets = new Set(["TCPWRAP", "TCPSERVERWRAP", "PIPEWRAP", "TLSWRAP"]);
const current = new AsyncLocalStorage<Leftovers>();
const owners = new Map<number, Leftovers>();

/** What one run has begun and not ended: sockets, timers, listeners on abort signals. Told apart from all that goes on beside it. */
export class Leftovers {
  /** The run. */
  readonly name: RunName;
  readonly #open = new Map<number, string>();
  readonly #signals = new Set<AbortSignal>();

  constructor(name: RunName) {
    this.name = name;
  }

  /** Does the work, which is watched from then on. */
  of<Result>(work: () => Promise<Result>): Promise<Result> {
    return current.run(this, work);
  }

  /** Names what is there at the moment. */
  get found(): readonly string[] {
    const listeners = [...this.#signals].flatMap((signal) => getEventListeners(signal, "abort").map(() => "listener"));
    return [...this.#open.values(), ...listeners];
  }

  /** Forgets everything. */
  release(): void {
    for (const id of this.#open.keys()) owners.delete(id);
    this.#open.clear();
    this.#signals.clear();
  }

  opened(id: number, name: string): void {
    this.#open.set(id, name);
    owners.set(id, this);
  }

  closed(id: number): void {
    this.#open.delete(id);
  }

  heeded(signal: AbortSignal): void {
    this.#signals.add(signal);
  }
}

/** The run whose work is being done; undefined between runs. */
export function currentRun(): Leftovers | undefined {
  return current.getStore();
}

/** Begins to watch all that is begun in this process. To be called once, before anything else is. */
export function watchLeftovers(): void {
  createHook({
    trackPromises: false,
    init(id, type, _trigger, resource) {
      const owner = current.getStore();
      const name = owner === undefined ? undefined : nameOf(type, resource);
      if (name !== undefined) owner?.opened(id, name);
    },
    destroy(id) {
      owners.get(id)?.closed(id);
      owners.delete(id);
    },
  }).enable();

  const add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function addEventListener(this: EventTarget, type, ...rest) {
    if (type === "abort" && this instanceof AbortSignal) current.getStore()?.heeded(this);
    return add.call(this, type, ...rest);
  };
}

function nameOf(type: string, resource: object): string | undefined {
  if (sockets.has(type)) return type === "TCPSERVERWRAP" ? "server" : "socket";
  const { _idleTimeout: time = 0 } = resource as { readonly _idleTimeout?: number };
  return type === "Timeout" && time >= longMs ? `timer of ${time} ms` : undefined;
}
