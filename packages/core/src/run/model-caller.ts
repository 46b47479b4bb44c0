import { BatchSource, type Taker } from "../contract/batch-source.ts";
import { type AnyErrorCode, type ErrorCode, type GatewayError, isGatewayError, reworded } from "../contract/error.ts";
import type { ModelEvent } from "../contract/event.ts";
import type { Origin } from "../contract/message.ts";
import { demandsOf, type Privacy, privacyWords, tightenPrivacy } from "../contract/privacy.ts";
import type { ModelRequest } from "../contract/request.ts";
import { isCoolingDown, noteAnswered, noteGivenUp } from "./cooldown.ts";
import type { ErrorSummary, FailoverEvent, RetryEvent } from "./event.ts";
import { callThrough, type ModelCall, type ModelMiddleware } from "./model-middleware.ts";
import type { ModelRef } from "./model-ref.ts";
import type { Output } from "./output.ts";
import { delayAfter, type RetryPolicy, sleep } from "./retry.ts";
import { traceCall } from "./trace-call.ts";

/** What another model may do better with. What is wrong with the request itself is wrong everywhere. */
export const defaultFailoverCodes: readonly ErrorCode[] = [
  "rate-limited",
  "overloaded",
  "server-error",
  "timeout",
  "connection",
  "protocol",
  "payment-required",
  "authentication",
  "credentials",
  "permission",
  "model-not-found",
  "model-unavailable-in-region",
];

/** A batch of an answer's events, or one that says what became of the call. */
export type CallBatch = readonly (ModelEvent | RetryEvent | FailoverEvent)[];

/** How models are asked. */
export interface CallOptions {
  readonly output: Output | undefined;
  readonly middleware: readonly ModelMiddleware[];
  readonly retry: RetryPolicy;
  readonly failoverOn: readonly AnyErrorCode[];
}

/**
 * Asks the first of several models that answers. As long as nothing was said, a failure is retried and then passed on to
 * the next model; once anything was said, a failure is final, as repeating it could say, or do, things twice.
 */
export class ModelCaller {
  readonly #targets: readonly ModelRef[];
  readonly #options: CallOptions;
  #at: number;
  /** Which target the request was made for. */
  #askedAt = 0;
  /** What is demanded of the present target by the request, and by all targets before it. */
  #privacy: Privacy = {};
  #visible = false;
  #request: Omit<ModelRequest, "model" | "gatewayOptions"> | undefined;
  #attempt = 1;
  /** Whether the present attempt has still to begin. */
  #due = false;
  #source: AsyncIterator<readonly ModelEvent[]> | undefined;
  /** What the present attempt has announced, before anything visible. */
  #held: ModelEvent[] = [];
  /** How long to wait before the next attempt, where one is due. */
  #waitMs: number | undefined;
  /** Made with the first notice. */
  #told: Set<string> | undefined;

  /** `targets`: in the order of preference, at least one. */
  constructor(targets: readonly ModelRef[], options: CallOptions) {
    this.#targets = targets;
    this.#options = options;
    const rested = targets.findIndex(({ gateway, model }) => !isCoolingDown(gateway, model));
    this.#at = Math.max(0, rested);
  }

  /** Who is asked at present. A run stays with a model that has answered. */
  get target(): ModelRef {
    return this.#target(this.#at);
  }

  #target(at: number): ModelRef {
    const target = this.#targets[at];
    if (target === undefined) throw new TypeError("There is no model to ask.");
    return target;
  }

  /** Demands only ever grow along the list: a fallback must not see what the model before it was to keep to itself. */
  #privacyAt(at: number): Privacy {
    return this.#targets
      .slice(0, at)
      .map(({ gateway, model, gatewayOptions }) => gateway.privacyOf({ model, gatewayOptions }))
      .reduce(tightenPrivacy, this.#request?.privacy ?? {});
  }

  /** A failure that no fallback may make up for, which is said with it. */
  #heldBack(error: GatewayError, later: readonly number[]): GatewayError {
    const reasons = later.map((at) => {
      const { gateway, model } = this.#target(at);
      const privacy = this.#privacyAt(at);
      return `${gateway.id}:${model} cannot promise ${privacyWords(gateway.unmetPrivacy(privacy), privacy)}.`;
    });
    return reworded(error, `${error.message} No fallback was asked: ${reasons.join(" ")}`);
  }

  /** The same, as opaque state is tagged with it. */
  get origin(): Origin {
    const { gateway, model } = this.target;
    return { gateway: gateway.id, model };
  }

  /** Whether the present answer has said anything yet. */
  get visible(): boolean {
    return this.#visible;
  }

  /** Begins another answer, which `take` then delivers. */
  ask(request: Omit<ModelRequest, "model" | "gatewayOptions">): void {
    this.#request = request;
    this.#askedAt = this.#at;
    this.#privacy = this.#privacyAt(this.#at);
    this.#attempt = 1;
    this.#visible = false;
    this.#due = true;
  }

  /**
   * Takes the next batch of the answer: one of the gateway's as it came, or one that says what became of the call itself;
   * undefined at the end. What a failed attempt had announced is not passed on. Calls the taker, once, in the
   * context of whoever asked.
   */
  take(taker: Taker<CallBatch>): void {
    const source = this.#source;
    const refuse = (error: unknown) => taker.refuse(error);
    if (this.#due || !this.#visible || source === undefined)
      this.#listen().then((batch) => taker.accept(batch), refuse);
    else source.next().then(({ done, value }) => taker.accept(done === true ? this.end() : value), refuse);
  }

  /**
   * The gateway's own stream, once it has begun to speak: nothing is to be done about it any more, as its failures are
   * final and its batches whole. Whoever reads it tells of its end.
   */
  get speaking(): BatchSource<readonly ModelEvent[]> | undefined {
    return !this.#due && this.#visible && this.#source instanceof BatchSource ? this.#source : undefined;
  }

  /** The answer has ended. Returns what of it was held back. */
  end(): readonly ModelEvent[] | undefined {
    this.#source = undefined;
    noteAnswered(this.target.gateway, this.target.model);
    return this.#visible || this.#held.length === 0 ? undefined : this.#held;
  }

  /** Waits for the first visible batch, dealing with failures before it. */
  async #listen(): Promise<CallBatch | undefined> {
    if (this.#waitMs !== undefined) await this.#wait(this.#waitMs);
    try {
      if (this.#due) this.#begin();
      while (this.#source !== undefined) {
        const { done, value: batch } = await this.#source.next();
        if (done === true) return this.end();
        if (batch.some(isVisible)) {
          this.#visible = true;
          return this.#held.length === 0 ? batch : [...this.#held, ...batch];
        }
        const news = batch.filter((event) => this.#isNews(event));
        // It says why nothing happens, so it is not held back until something does.
        if (news.some(isQueued)) return [...this.#held.splice(0), ...news];
        this.#held.push(...news);
      }
      return undefined;
    } catch (error) {
      if (this.#request?.signal.aborted === true || !isGatewayError(error)) throw error;
      return [this.#recover(error)];
    }
  }

  #begin(): void {
    this.#due = false;
    this.#source = undefined;
    const { gateway, model, gatewayOptions } = this.target;
    this.#visible = false;
    this.#held = [];
    const request = this.#request;
    if (request === undefined) throw new TypeError("Nothing was asked.");
    const own: ModelRequest = {
      ...request,
      ...(demandsOf(this.#privacy).length > 0 && { privacy: this.#privacy }),
      model,
      gatewayOptions,
      // Another model cannot continue an answer that it has not begun.
      ...(request.continuesAnswer === true && { continuesAnswer: this.#at === this.#askedAt }),
    };
    const { output, middleware } = this.#options;
    const call: ModelCall = {
      gateway: gateway.id,
      request: output === undefined ? own : output.shape(own, gateway),
      attempt: this.#attempt,
    };
    const ask = (asked: ModelRequest) => gateway.stream(asked);
    this.#source = traceCall(call, () => callThrough(middleware, call, ask)[Symbol.asyncIterator]());
  }

  /** Says what is done about a failure; it is done when the next batch is asked for. Throws where nothing is. */
  #recover(error: GatewayError): RetryEvent | FailoverEvent {
    const delayMs = delayAfter(this.#attempt, error, this.#options.retry);
    if (delayMs === undefined) {
      const failover = this.#moveOn(error);
      this.#attempt = 1;
      this.#due = true;
      return failover;
    }
    this.#waitMs = delayMs;
    return { type: "retry", attempt: this.#attempt++, delayMs, error: summarize(error) };
  }

  async #wait(milliseconds: number): Promise<void> {
    this.#waitMs = undefined;
    if (this.#request !== undefined) await sleep(milliseconds, this.#request.signal);
    this.#due = true;
  }

  /** What is done to the history, say, is done at every step, and worth telling once. */
  #isNews(event: ModelEvent): boolean {
    if (event.type !== "notice") return true;
    this.#told ??= new Set();
    const known = this.#told.has(event.message);
    this.#told.add(event.message);
    return !known;
  }

  /** Turns to the next model that is worth asking; throws the error where there is none. */
  #moveOn(error: GatewayError): FailoverEvent {
    const from = this.target;
    if (!this.#options.failoverOn.includes(error.code)) throw error;
    const later = [...this.#targets.keys()].slice(this.#at + 1);
    const allowed = later.filter((at) => this.#target(at).gateway.unmetPrivacy(this.#privacyAt(at)).length === 0);
    if (allowed.length === 0) throw later.length === 0 ? error : this.#heldBack(error, later);
    noteGivenUp(from.gateway, from.model);
    const rested = allowed.find((at) => !isCoolingDown(this.#target(at).gateway, this.#target(at).model));
    this.#at = rested ?? allowed[0] ?? this.#at;
    this.#privacy = this.#privacyAt(this.#at);
    const name = ({ gateway, model }: ModelRef) => ({ gateway: gateway.id ?? "", model });
    return { type: "failover", from: name(from), to: name(this.target), error: summarize(error) };
  }
}

/** Whether an event is part of what the model says or does, so that repeating the request could repeat it. */
function isVisible({ type }: ModelEvent): boolean {
  return type !== "response-start" && type !== "notice" && type !== "usage";
}

/** Whether an event says that the request waits for its turn. */
function isQueued(event: ModelEvent): boolean {
  return event.type === "notice" && event.code === "stream-queued";
}

/** An error as the data of an event. */
export function summarize({ gateway, code, message, status, upstream, phase }: GatewayError): ErrorSummary {
  return { gateway, code, message, status, upstream, phase };
}
