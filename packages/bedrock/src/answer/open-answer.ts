import { GatewayError, isObject, type ModelEvent, type Taker } from "@waygate/core/plugin";
import { type HttpResponse, HttpTimeout, networkCode, type Reading, readAll } from "@waygate/http";
import type { Body } from "../aws/aws-client.ts";
import { shorten } from "../failure/failure-of.ts";
import { FrameError, type FrameHeaders } from "../frames/frame-headers.ts";
import { FrameReader, type FrameTaker } from "../frames/frame-reader.ts";
import { limits } from "../limits.ts";
import { type AnswerContext, AnswerReader } from "./answer-reader.ts";

/** An answer as it is read: batch by batch, one for each time the network delivered. */
export type Answer = Reading<readonly ModelEvent[]>;

/** Begins to read a successful answer. Whether a stream is frames or JSON is told by its first byte: proxies err. */
export async function openAnswer(body: Body, context: AnswerContext): Promise<Answer> {
  if ("whole" in body) return wholeAnswer(Buffer.from(body.whole), context);
  const { stream } = body;
  const first = await new Promise<readonly Buffer[] | undefined>((accept, refuse) => stream.next({ accept, refuse }));
  if (first === undefined) throw unreadable(context, "an empty answer", true);
  if (first[0]?.[0] === 0) return new StreamedAnswer(stream, first, context);
  try {
    return wholeAnswer(Buffer.concat([...first, await readAll(stream, limits.body)]), context);
  } finally {
    // Of one that is too long, the rest is not waited for.
    stream.cancel();
  }
}

class StreamedAnswer implements Answer, Taker<readonly Buffer[]>, FrameTaker {
  readonly #response: HttpResponse;
  readonly #context: AnswerContext;
  readonly #reader: AnswerReader;
  readonly #frames = new FrameReader();
  #first: readonly Buffer[] | undefined;
  #batch: ModelEvent[] = [];
  /** What is to be said after the batch that was handed out: the end, or a failure. */
  #last: { readonly error?: unknown } | undefined;
  /** Whoever waits. */
  #taker: Taker<readonly ModelEvent[]> | undefined;

  constructor(response: HttpResponse, first: readonly Buffer[], context: AnswerContext) {
    this.#response = response;
    this.#first = first;
    this.#context = context;
    this.#reader = new AnswerReader(context);
  }

  next(taker: Taker<readonly ModelEvent[]>): void {
    if (this.#last !== undefined) {
      if ("error" in this.#last) taker.refuse(this.#last.error);
      else taker.accept(undefined);
      return;
    }
    this.#taker = taker;
    const first = this.#first;
    if (first === undefined) {
      this.#response.next(this);
      return;
    }
    this.#first = undefined;
    this.accept(first);
  }

  cancel(): void {
    this.#response.cancel();
  }

  /** Called by the reader of frames. */
  frame(headers: FrameHeaders, bytes: Buffer, start: number, end: number): void {
    if (!this.#reader.done) this.#reader.frame(headers, bytes, start, end, this.#batch);
  }

  /** Called by the response, as is `refuse`. */
  accept(pieces: readonly Buffer[] | undefined): void {
    try {
      if (pieces !== undefined) this.#feed(pieces);
      // An answer that has said why it ends is whole, even if its metadata never comes.
      if (pieces === undefined || this.#reader.done) {
        this.#finish();
        return;
      }
    } catch (error) {
      this.#break(error instanceof FrameError ? damaged(this.#context, error) : error);
      return;
    }
    if (this.#batch.length > 0) this.#hand();
    else this.#response.next(this);
  }

  /** What follows the end of an answer is not read, in whatever pieces the network delivers it. */
  #feed(pieces: readonly Buffer[]): void {
    try {
      for (const piece of pieces) {
        this.#frames.feed(piece, this);
        if (this.#reader.done) return;
      }
    } catch (error) {
      if (!(error instanceof FrameError && this.#reader.done)) throw error;
    }
  }

  #finish(): void {
    this.#reader.end(this.#batch);
    this.#last = {};
    // What the service has said is whole: the connection is left to reach its end, and is used again.
    this.#response.release();
    this.#hand();
  }

  /** A connection that is lost, or falls silent, once an answer has said why it ends takes nothing of it but its metadata. */
  refuse(error: unknown): void {
    if (this.#reader.stopped && isLostConnection(error)) this.accept(undefined);
    else this.#break(error);
  }

  #break(error: unknown): void {
    this.#last = { error };
    this.#response.cancel();
    // What came before the failure was said all the same.
    if (this.#batch.length > 0) this.#hand();
    else this.#taker?.refuse(error);
  }

  #hand(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#taker?.accept(batch);
  }
}

function isLostConnection(error: unknown): boolean {
  if (error instanceof HttpTimeout) return true;
  const code = networkCode(error);
  return code === "ECONNRESET" || code === "EPIPE" || code === "UND_ERR_SOCKET";
}

function wholeAnswer(bytes: Buffer, context: AnswerContext): Answer {
  const batches = [readWhole(bytes, context)];
  return { next: (taker) => taker.accept(batches.shift()), cancel() {} };
}

function readWhole(bytes: Buffer, context: AnswerContext): readonly ModelEvent[] {
  const text = bytes.toString("utf8");
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    const page = /^\s*</.test(text) ? "a page of HTML" : "what is neither frames nor JSON";
    if (text.trim() === "") throw unreadable(context, "an empty answer", true);
    throw unreadable(context, `${page}: ${shorten(text.slice(0, 200))}`);
  }
  const events: ModelEvent[] = [];
  const reader = new AnswerReader(context);
  reader.whole(isObject(answer) ? answer : {}, events);
  reader.end(events);
  return events;
}

function damaged({ gateway }: AnswerContext, error: FrameError): GatewayError {
  const words = `Gateway "${gateway}" sent an answer that was damaged on its way: ${error.message}. Try again.`;
  return new GatewayError(words, { gateway, code: "protocol", status: 200, retryable: true, cause: error });
}

/** `retryable`: nothing says that the next answer would be no better. */
function unreadable({ gateway }: AnswerContext, what: string, retryable = false): GatewayError {
  const words = `Gateway "${gateway}" sent ${shorten(what)} Check the endpoint in its settings.`;
  return new GatewayError(words, { gateway, code: "protocol", status: 200, retryable });
}
