import { BatchSource, type Taker } from "../contract/batch-source.ts";
import type { Capabilities, Capability } from "../contract/capabilities.ts";
import { GatewayError, isGatewayError } from "../contract/error.ts";
import type { ModelEvent } from "../contract/event.ts";
import type { Gateway, GuardedGateway } from "../contract/gateway.ts";
import type { Limits } from "../contract/limits.ts";
import type { GatewayPlugin } from "../contract/plugin.ts";
import type { ModelRequest } from "../contract/request.ts";
import { formatPath } from "../contract/settings.ts";
import { fitHistory } from "../stream/history.ts";
import { EventOrder } from "../stream/order.ts";
import { refusePrivacy, refuseUnsupported, unmetPrivacy } from "./demands.ts";

export interface GuardHooks {
  readonly limits: Limits;
  /**
   * A stream of a model is about to begin; `onTurn` is called when it may, at once or later. Throws where the gateway is
   * closed.
   */
  streamStarted(model: string, onTurn: () => void): StartedStream;
}

/** Each function is called once: `leave` when the stream has said all, `ended` when nothing is left of it. */
export interface StartedStream {
  /** Gives back its place among the open streams, or the wish for one. */
  leave(): void;
  ended(): void;
}

/**
 * Puts a gateway behind the checks that every plugin would otherwise have to write: what is asked against what was
 * declared, options against their schema, the order of the events, and that an abort is felt at once.
 */
export function guard(id: string, plugin: GatewayPlugin, gateway: Gateway, hooks: GuardHooks): GuardedGateway {
  const guarded: GuardedGateway = {
    id,
    limits: hooks.limits,
    capabilities: plugin.capabilities,
    capabilitiesOf: (model) => capabilitiesOf(plugin, gateway, model),
    privacyOf: (request) => gateway.privacy?.({ ...request, gatewayOptions: checkOptions(id, plugin, request) }) ?? {},
    unmetPrivacy: (privacy) => unmetPrivacy(id, gateway, privacy),
    async models(options) {
      return naming(id, options.signal, () => gateway.models(options));
    },
    stream(request) {
      return { [Symbol.asyncIterator]: () => new GuardedStream(id, plugin, gateway, request, hooks) };
    },
  };
  if (gateway.privacyDemands !== undefined) {
    // Asked anew each time: a host may learn of it when it loads a plugin.
    Object.defineProperty(guarded, "privacyDemands", { enumerable: true, get: () => gateway.privacyDemands });
  }
  if (gateway.model !== undefined) guarded.model = gateway.model.bind(gateway);
  const check = gateway.check?.bind(gateway);
  if (check !== undefined) {
    const checkNamed = (options: { readonly signal: AbortSignal }) => naming(id, options.signal, () => check(options));
    guarded.check = checkNamed;
  }
  return guarded;
}

/** Runs a plugin's function; what it throws comes out as a `GatewayError` that names the gateway. */
async function naming<Result>(id: string, signal: AbortSignal, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw named(id, signal, error);
  }
}

function named(id: string, signal: AbortSignal, error: unknown): unknown {
  if (signal.aborted) return signal.reason;
  if (isGatewayError(error)) return error;
  const words = error instanceof Error ? error.message : String(error);
  return new GatewayError(`The plugin of gateway "${id}" failed: ${words}. Report this to the plugin's author.`, {
    gateway: id,
    code: "protocol",
    cause: error,
  });
}

/** What a plugin's stream gives at a time. */
type Said = ModelEvent | readonly ModelEvent[];

/** One stream of a plugin, held to its word. Hand-written, because an abort must not wait for a pending read. */
class GuardedStream extends BatchSource<readonly ModelEvent[]> implements Taker<Said> {
  readonly #id: string;
  readonly #plugin: GatewayPlugin;
  readonly #gateway: Gateway;
  readonly #request: ModelRequest;
  readonly #hooks: GuardHooks;
  readonly #order = new EventOrder();
  /** What the plugin is asked; undefined before it was checked. */
  #checked: ModelRequest | undefined;
  /** Whether it is this stream's turn. */
  #admitted = false;
  /** Told of that, where a read waits for it. */
  #admit: (() => void) | undefined;
  /** The plugin's signal: told of an abort, and of a reader who leaves while the plugin has not answered yet. */
  readonly #left = new AbortController();
  #source: AsyncIterator<Said> | undefined;
  #started: StartedStream | undefined;
  #placed = false;
  #over = false;
  /** What ended it while no read waited: the next one is told. */
  #failure: { readonly error: unknown } | undefined;
  /** Of the read that waits; there while one does. */
  #waiting: Taker<readonly ModelEvent[]> | undefined;

  constructor(id: string, plugin: GatewayPlugin, gateway: Gateway, request: ModelRequest, hooks: GuardHooks) {
    super();
    this.#id = id;
    this.#plugin = plugin;
    this.#gateway = gateway;
    this.#request = request;
    this.#hooks = hooks;
  }

  take(taker: Taker<readonly ModelEvent[]>): void {
    if (this.#over) {
      if (this.#failure === undefined) taker.accept(undefined);
      else taker.refuse(this.#failure.error);
      return;
    }
    if (this.#checked === undefined) {
      try {
        const notices = this.#open();
        if (notices.length > 0) {
          taker.accept(notices);
          return;
        }
      } catch (error) {
        this.#end();
        taker.refuse(named(this.#id, this.#request.signal, error));
        return;
      }
    }
    this.#waiting = taker;
    if (this.#admitted) this.#ask();
    // A promise, so that the plugin begins in the context of this reader, and not of the one whose stream has made room.
    else this.#admission().then(this.#onAdmitted);
  }

  protected leave(): void {
    this.#cancel();
  }

  /** Checks and fits the request, and asks for this stream's turn. */
  #open(): readonly ModelEvent[] {
    const { signal } = this.#request;
    signal.throwIfAborted();
    const capabilities = capabilitiesOf(this.#plugin, this.#gateway, this.#request.model);
    refuseUnsupported(this.#id, this.#request, capabilities);
    refusePrivacy(this.#id, this.#gateway, this.#request.privacy);
    const options = checkOptions(this.#id, this.#plugin, this.#request);
    const { images, files } = capabilities;
    const recipient = { gateway: this.#id, model: this.#request.model, images, files };
    const { messages, notices } = fitHistory(this.#request.messages, recipient);
    this.#checked = { ...this.#request, messages, gatewayOptions: options, signal: this.#left.signal };
    this.#started = this.#hooks.streamStarted(this.#request.model, this.#onTurn);
    this.#placed = true;
    signal.addEventListener("abort", this.#onAbort, { once: true });
    return notices;
  }

  readonly #onTurn = (): void => {
    this.#admitted = true;
    this.#admit?.();
  };

  #admission(): Promise<void> {
    return new Promise((resolve) => {
      this.#admit = resolve;
    });
  }

  readonly #onAdmitted = (): void => {
    if (!this.#over) this.#ask();
  };

  #ask(): void {
    try {
      this.#source ??= this.#gateway.stream(this.#checked ?? this.#request)[Symbol.asyncIterator]();
      if (this.#source instanceof BatchSource) this.#source.take(this);
      else this.#source.next().then(this.#onResult, this.#onFailure);
    } catch (error) {
      // An iterator written by hand may throw at once, or return no promise.
      this.refuse(error);
    }
  }

  readonly #onResult = (result: IteratorResult<Said, unknown>): void => {
    // What a plugin's iterator returns is not sure to be a result at all.
    this.#onBatch(result?.done === true ? undefined : asBatch(result?.value));
  };

  readonly #onFailure = (error: unknown): void => this.refuse(error);

  /** Called by the plugin's stream, as is `refuse`. */
  accept(said: Said | undefined): void {
    this.#onBatch(said === undefined ? undefined : asBatch(said));
  }

  #onBatch(batch: readonly ModelEvent[] | undefined): void {
    if (this.#over) return;
    const breach = batch === undefined ? this.#order.end() : this.#firstBreach(batch);
    if (batch?.length === 0 && breach === undefined) {
      // Not at once: there may be no end of them.
      queueMicrotask(() => {
        if (!this.#over) this.#ask();
      });
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (batch === undefined) this.#end();
    // All is said: whoever waits for a place need not wait for this reader to ask once more.
    else if (this.#order.finished) this.#giveBack();
    if (batch !== undefined && breach !== undefined) this.#cancel();
    if (breach === undefined) waiting?.accept(batch);
    else this.#fail(waiting, this.#breach(breach));
  }

  #firstBreach(batch: readonly ModelEvent[]): string | undefined {
    if (this.#waiting === undefined) return "sent events that nobody had asked for";
    for (const event of batch) {
      const breach = this.#order.check(event);
      if (breach !== undefined) return breach;
    }
    return undefined;
  }

  refuse(error: unknown): void {
    if (this.#over) return;
    const waiting = this.#waiting;
    this.#end();
    this.#fail(waiting, named(this.#id, this.#request.signal, error));
  }

  readonly #onAbort = (): void => {
    const waiting = this.#waiting;
    this.#cancel(this.#request.signal.reason);
    this.#fail(waiting, this.#request.signal.reason);
  };

  #fail(waiting: Taker<readonly ModelEvent[]> | undefined, error: unknown): void {
    if (waiting === undefined) this.#failure = { error };
    else waiting.refuse(error);
  }

  #breach(breach: string): GatewayError {
    const advice =
      breach === "ended without finish" ? "The answer is incomplete." : "Report this to the plugin's author.";
    return new GatewayError(`The stream of gateway "${this.#id}" ${breach}. ${advice}`, {
      gateway: this.#id,
      code: "protocol",
    });
  }

  #cancel(reason: unknown = new DOMException("The stream was left before its end.", "AbortError")): void {
    if (this.#over) return;
    const source = this.#source;
    this.#end();
    this.#left.abort(reason);
    // Not awaited: a plugin that is slow to let go must not keep its consumer.
    letGo(source);
  }

  #end(): void {
    this.#over = true;
    this.#waiting = undefined;
    this.#request.signal.removeEventListener("abort", this.#onAbort);
    this.#giveBack();
    this.#started?.ended();
    this.#started = undefined;
  }

  #giveBack(): void {
    if (this.#placed) this.#started?.leave();
    this.#placed = false;
  }
}

function asBatch(value: Said): readonly ModelEvent[] {
  return Array.isArray(value) ? (value as readonly ModelEvent[]) : [value as ModelEvent];
}

/** Ends a plugin's stream. Its last words interest nobody, in whatever way it says them. */
async function letGo(source: AsyncIterator<unknown> | undefined): Promise<void> {
  try {
    await source?.return?.();
  } catch {
    // A failure to end included.
  }
}

function capabilitiesOf(plugin: GatewayPlugin, gateway: Gateway, model: string): Capabilities {
  const capabilities: { -readonly [Ability in Capability]: boolean } = { ...plugin.capabilities };
  const own = gateway.model?.(model)?.capabilities ?? {};
  for (const ability of Object.keys(own) as Capability[]) {
    capabilities[ability] = own[ability] ?? capabilities[ability];
  }
  return capabilities;
}

function checkOptions(
  id: string,
  plugin: GatewayPlugin,
  request: Pick<ModelRequest, "gatewayOptions">,
): ModelRequest["gatewayOptions"] {
  if (request.gatewayOptions === undefined) return undefined;
  if (plugin.parseOptions === undefined) {
    throw new GatewayError(`Gateway "${id}" has no options of its own. Leave "gatewayOptions" out of the request.`, {
      gateway: id,
      code: "invalid-request",
    });
  }
  const result = plugin.parseOptions(request.gatewayOptions);
  if (result.ok) return result.value;
  const issues = result.issues.map((issue) => `${formatPath(["gatewayOptions", ...issue.path])}: ${issue.message}`);
  throw new GatewayError(`The options for gateway "${id}" are wrong. ${issues.join(" ")}`, {
    gateway: id,
    code: "invalid-request",
  });
}
