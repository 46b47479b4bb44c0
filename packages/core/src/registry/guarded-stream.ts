import { answerExcess } from "../contract/answer-excess.ts";
import { BatchSource, type Taker } from "../contract/batch-source.ts";
import { keepsDeadlines } from "../contract/batches.ts";
import { defaultDeadlines, longestTimerMs } from "../contract/deadlines.ts";
import { GatewayError } from "../contract/error.ts";
import type { ModelEvent } from "../contract/event.ts";
import type { Gateway } from "../contract/gateway.ts";
import type { Limits } from "../contract/limits.ts";
import type { GatewayPlugin } from "../contract/plugin.ts";
import type { ModelRequest } from "../contract/request.ts";
import type { AnswerNames } from "../stream/fit/answer-names.ts";
import { fitRequest } from "../stream/fit/fit-request.ts";
import { EventOrder } from "../stream/order.ts";
import { AnswerMeter } from "./answer-meter.ts";
import { refusePrivacy, refuseServiceTools, refuseUnsupported } from "./demands.ts";
import { withEmptyNotice } from "./empty-answer.ts";
import { EventDeadlines } from "./event-deadlines.ts";
import { EventLoopTurns } from "./event-loop-turns.ts";
import { checkOptions } from "./gateway-options.ts";
import { isContent } from "./is-content.ts";
import { capabilitiesOf, knownModel } from "./model-capabilities.ts";
import { constraintsOf } from "./model-constraints.ts";
import { pluginFailure } from "./plugin-failure.ts";
import { frozenRequest, sealedRequest } from "./sealed-request.ts";
import { SilenceWatch, type WatchedStream } from "./silence-watch.ts";
import type { StreamPlace } from "./stream-limit.ts";
import { contentTimeout, eventTimeout, queuedNotice, queueTimeout } from "./stream-waits.ts";
import { UnknownEvents } from "./unknown-events.ts";

export interface GuardHooks {
  readonly limits: Limits;
  readonly maxOpenStreams: number;
  /** Reports something that belongs to no stream. */
  notice(code: string, message: string): void;
  /**
   * A stream of a model is about to begin; `onTurn` is called when it may, at once or later. Throws where the gateway is
   * closed.
   */
  streamStarted(model: string, onTurn: () => void): StartedStream;
}

export interface StartedStream {
  /** Left when the stream has said all. */
  readonly place: StreamPlace;
  /** Called once, when nothing is left of the stream. */
  ended(): void;
}

/** How many empty batches in a row are skipped. Each costs a turn of the microtask queue. */
const maxEmptyBatches = 1000;

/** What a plugin's stream gives at a time. */
type Said = ModelEvent | readonly ModelEvent[];

/** One stream of a plugin, held to its word. Hand-written, because an abort must not wait for a pending read. */
export class GuardedStream extends BatchSource<readonly ModelEvent[]> implements Taker<Said>, WatchedStream {
  readonly #id: string;
  readonly #plugin: GatewayPlugin;
  readonly #gateway: Gateway;
  readonly #request: ModelRequest;
  readonly #hooks: GuardHooks;
  readonly #order = new EventOrder();
  readonly #meter: AnswerMeter;
  /** What the plugin is asked; undefined before it was checked. */
  #checked: ModelRequest | undefined;
  /** Translates the answer's names of tools back. */
  #names: AnswerNames | undefined;
  /** Whether it is this stream's turn. */
  #admitted = false;
  /** Told of that, where a read waits for it. */
  #admit: (() => void) | undefined;
  /** The plugin's signal: told of an abort, and of a reader who leaves while the plugin has not answered yet. */
  readonly #left = new AbortController();
  #source: AsyncIterator<Said> | undefined;
  #started: StartedStream | undefined;
  #placed = false;
  /** Created with the first unknown event. */
  #unknown: UnknownEvents | undefined;
  /** Runs while it waits for its turn. */
  #queueTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #content: SilenceWatch;
  /** For a stream that keeps no deadlines of its own. */
  #events: EventDeadlines | undefined;
  readonly #turns = new EventLoopTurns();
  /** Whether the plugin's source is being asked at this moment. */
  #asking = false;
  /** How many empty batches have come in a row. */
  #empty = 0;
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
    this.#meter = new AnswerMeter(hooks.limits);
    const { contentMs } = { ...defaultDeadlines, ...request.deadlines };
    this.#content = new SilenceWatch(this, contentMs, () => this.#giveUp(contentTimeout(this.#asked, contentMs)));
  }

  get #asked() {
    return { gateway: this.#id, model: this.#request.model };
  }

  get isWaiting(): boolean {
    return this.#waiting !== undefined;
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
        taker.refuse(pluginFailure(this.#id, this.#request.signal, error));
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
    const { model } = this.#request;
    const known = knownModel(this.#id, this.#gateway, model);
    const capabilities = capabilitiesOf(this.#plugin, known);
    refuseUnsupported(this.#id, this.#request, capabilities);
    refuseServiceTools(this.#id, this.#request, this.#gateway.serviceTools);
    refusePrivacy(this.#id, this.#gateway, this.#request.privacy);
    const asked = sealedRequest(this.#request);
    const options = checkOptions(this.#id, this.#plugin, asked);
    const recipient = { gateway: this.#id, model, ...capabilities };
    const constraints = constraintsOf(this.#gateway, model, known);
    const { request, notices, names } = fitRequest(asked, recipient, constraints);
    this.#names = names;
    this.#checked = { ...frozenRequest(request), gatewayOptions: options, signal: this.#left.signal };
    this.#started = this.#hooks.streamStarted(this.#request.model, this.#onTurn);
    this.#placed = true;
    signal.addEventListener("abort", this.#onAbort, { once: true });
    const { ahead } = this.#started.place;
    return ahead === undefined ? notices : [...notices, this.#queue(ahead)];
  }

  #queue(ahead: number): ModelEvent {
    const { model, deadlines } = this.#request;
    const { maxOpenStreams } = this.#hooks;
    const { queueMs = defaultDeadlines.queueMs } = deadlines ?? {};
    const asked = { gateway: this.#id, model };
    if (queueMs <= longestTimerMs) {
      this.#queueTimer = setTimeout(() => this.#giveUp(queueTimeout(asked, queueMs, maxOpenStreams)), queueMs);
    }
    return queuedNotice(asked, ahead, maxOpenStreams);
  }

  readonly #onTurn = (): void => {
    clearTimeout(this.#queueTimer);
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
    this.#content.waits();
    try {
      this.#source ??= this.#begin();
      this.#events?.waits();
      const source = this.#source;
      if (source instanceof BatchSource) {
        if (this.#turns.isDueForSource()) this.#turns.after(this.#onAdmitted);
        else this.#askSource(source);
      } else if (this.#turns.isDueForIterator()) this.#turns.after(this.#onAdmitted);
      else source.next().then(this.#onResult, this.#onFailure);
    } catch (error) {
      // An iterator written by hand may throw at once, or return no promise.
      this.refuse(error);
    }
  }

  #askSource(source: BatchSource<Said>): void {
    this.#asking = true;
    try {
      source.take(this);
    } finally {
      this.#asking = false;
    }
  }

  /** Begins the plugin's stream. */
  #begin(): AsyncIterator<Said> {
    const stream = this.#gateway.stream(this.#checked ?? this.#request);
    if (typeof stream?.[Symbol.asyncIterator] !== "function")
      throw new TypeError("stream() returned no async iterable");
    const source = stream[Symbol.asyncIterator]();
    if (!keepsDeadlines(stream) && !keepsDeadlines(source)) {
      const deadlines = { ...defaultDeadlines, ...this.#request.deadlines };
      this.#events = new EventDeadlines(this, deadlines, (phase) => {
        const limitMs = phase === "idle" ? deadlines.idleMs : deadlines.firstByteMs;
        this.#giveUp(eventTimeout(this.#asked, limitMs, phase));
      });
    }
    return source;
  }

  readonly #onResult = (result: IteratorResult<Said, unknown>): void => {
    // What a plugin's iterator returns is not sure to be a result at all.
    this.#onBatch(result?.done === true ? undefined : asBatch(result?.value));
  };

  readonly #onFailure = (error: unknown): void => this.refuse(error);

  /** Called by the plugin's stream, as is `refuse`. */
  accept(said: Said | undefined): void {
    this.#turns.answered(this.#asking);
    this.#onBatch(said === undefined ? undefined : asBatch(said));
  }

  #onBatch(sent: readonly ModelEvent[] | undefined): void {
    if (this.#over) return;
    const fault = sent === undefined ? this.#breach(this.#order.end()) : this.#faultOf(sent);
    const known = sent !== undefined && this.#order.hasUnknown ? this.#known(sent) : sent;
    const batch = known !== undefined && this.#order.isEmpty ? withEmptyNotice(this.#id, known) : known;
    if (batch?.length !== 0) this.#empty = 0;
    else if (fault === undefined) {
      this.#empty++;
      queueMicrotask(this.#onAdmitted);
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (batch === undefined) this.#end();
    // All is said: whoever waits for a place need not wait for this reader to ask once more.
    else if (this.#order.finished) this.#giveBack();
    if (batch !== undefined && fault !== undefined) this.#cancel();
    if (fault === undefined) waiting?.accept(batch && (this.#names?.restore(batch) ?? batch));
    else this.#fail(waiting, fault);
  }

  /** What is wrong with a batch, if anything is. */
  #faultOf(batch: readonly ModelEvent[]): GatewayError | undefined {
    if (this.#waiting === undefined) return this.#breach("sent events without being asked");
    if (batch.length === 0 && this.#empty >= maxEmptyBatches)
      return this.#breach(`sent over ${maxEmptyBatches} empty batches in a row`);
    let hasContent = false;
    let hasEvents = false;
    for (const event of batch) {
      const breach = this.#order.check(event);
      if (breach !== undefined) return this.#breach(breach);
      this.#meter.add(event);
      hasContent ||= isContent(event);
      hasEvents ||= event.type !== "notice";
    }
    if (hasContent) this.#content.heard();
    if (hasEvents) this.#events?.heard();
    const { exceeded } = this.#meter;
    return exceeded === undefined ? undefined : answerExcess(this.#id, this.#hooks.limits, exceeded);
  }

  #known(batch: readonly ModelEvent[]): readonly ModelEvent[] {
    this.#unknown ??= new UnknownEvents(this.#id);
    return this.#unknown.dropFrom(batch);
  }

  refuse(error: unknown): void {
    if (this.#over) return;
    const waiting = this.#waiting;
    this.#end();
    this.#fail(waiting, pluginFailure(this.#id, this.#request.signal, error));
  }

  readonly #onAbort = (): void => this.#giveUp(this.#request.signal.reason);

  /** Ends the plugin's stream, and tells the reader why. */
  #giveUp(error: unknown): void {
    const waiting = this.#waiting;
    this.#cancel(error);
    this.#fail(waiting, error);
  }

  #fail(waiting: Taker<readonly ModelEvent[]> | undefined, error: unknown): void {
    if (waiting === undefined) this.#failure = { error };
    else waiting.refuse(error);
  }

  #breach(breach: string | undefined): GatewayError | undefined {
    if (breach === undefined) return undefined;
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
    clearTimeout(this.#queueTimer);
    this.#content.stop();
    this.#events?.stop();
    this.#request.signal.removeEventListener("abort", this.#onAbort);
    this.#giveBack();
    this.#started?.ended();
    this.#started = undefined;
  }

  #giveBack(): void {
    if (this.#placed) this.#started?.place.leave();
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
