/**
 * What is published of an operation on `node:diagnostics_channel`, as a `TracingChannel` does it: `tracing:NAME:start`
 * when it begins, `error` where it fails, `asyncEnd` when it is over, all with the same object. What the operation does
 * runs in the context that a subscriber bound to `start`, so that spans nest.
 */
export interface Trace {
  /** Runs a part of the operation in its context. */
  in<Result>(part: () => Result): Result;
  /** Says that it is over, with what is known now. Later calls have no effect. */
  end(outcome: object): void;
  fail(error: unknown): void;
}

interface Channel {
  publish(message: object): void;
  runStores<Result>(message: object, part: () => Result): Result;
}

interface TracingChannel extends Record<"start" | "end" | "asyncStart" | "asyncEnd" | "error", Channel> {
  readonly hasSubscribers: boolean;
}

/** As far as it is used here: core knows neither Node's types nor its modules. */
interface Runtime {
  getBuiltinModule?(name: "node:diagnostics_channel"): { tracingChannel(name: string): TracingChannel };
  getBuiltinModule?(name: "node:async_hooks"): {
    AsyncLocalStorage: { snapshot(): <Result>(part: () => Result) => Result };
  };
}

export type Traced = "waygate.run" | "waygate.model-call" | "waygate.tool";

const channels = new Map<Traced, TracingChannel | undefined>();

function runtime(): Runtime {
  return (globalThis as { readonly process?: Runtime }).process ?? {};
}

/**
 * Begins an operation. `message`: what is published of it. Undefined where nobody listens, and on runtimes without
 * such channels.
 */
export function trace(name: Traced, message: () => object): Trace | undefined {
  if (!channels.has(name)) {
    channels.set(name, runtime().getBuiltinModule?.("node:diagnostics_channel")?.tracingChannel?.(name));
  }
  const channel = channels.get(name);
  return channel?.hasSubscribers === true ? new OpenTrace(channel, message()) : undefined;
}

class OpenTrace implements Trace {
  readonly #channel: TracingChannel;
  readonly #message: object;
  readonly #context: <Result>(part: () => Result) => Result;
  #over = false;

  constructor(channel: TracingChannel, message: object) {
    this.#channel = channel;
    this.#message = message;
    const storage = runtime().getBuiltinModule?.("node:async_hooks")?.AsyncLocalStorage;
    this.#context = channel.start.runStores(message, () => storage?.snapshot() ?? ((part) => part()));
    channel.end.publish(message);
  }

  in<Result>(part: () => Result): Result {
    return this.#context(part);
  }

  end(outcome: object): void {
    if (this.#over) return;
    this.#over = true;
    Object.assign(this.#message, outcome);
    this.#channel.asyncStart.publish(this.#message);
    this.#channel.asyncEnd.publish(this.#message);
  }

  fail(error: unknown): void {
    if (this.#over) return;
    Object.assign(this.#message, { error });
    this.#channel.error.publish(this.#message);
    this.end({});
  }
}
