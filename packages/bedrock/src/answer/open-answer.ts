import { GatewayError, isObject, type ModelEvent } from "@waygate/core/plugin";
import { HttpTimeout, networkCode, type Reading, readAll } from "@waygate/http";
import { decodeBody, shorten, type WireDecoder } from "@waygate/plugin-kit";
import type { Body } from "../aws/aws-client.ts";
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
  if (first[0]?.[0] === 0) return decodeBody(stream, new FrameDecoder(context), first);
  try {
    return wholeAnswer(Buffer.concat([...first, await readAll(stream, limits.body)]), context);
  } finally {
    // Of one that is too long, the rest is not waited for.
    stream.cancel();
  }
}

/** Decodes frames into events. */
class FrameDecoder implements WireDecoder<ModelEvent>, FrameTaker {
  complete = false;
  readonly #context: AnswerContext;
  readonly #reader: AnswerReader;
  readonly #frames = new FrameReader();
  #batch: ModelEvent[] = [];

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#reader = new AnswerReader(context);
  }

  decode(piece: Buffer, batch: ModelEvent[]): void {
    this.#batch = batch;
    try {
      this.#frames.feed(piece, this);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      // What follows the end of an answer is not read, in whatever pieces the network delivers it.
      if (!this.#reader.done) throw damaged(this.#context, error);
    }
    if (this.#reader.done) this.end(batch);
  }

  /** Called by the reader of frames. */
  frame(headers: FrameHeaders, bytes: Buffer, start: number, end: number): void {
    if (!this.#reader.done) this.#reader.frame(headers, bytes, start, end, this.#batch);
  }

  /** An answer that has said why it ends is complete, even if its metadata never comes. */
  end(batch: ModelEvent[]): void {
    this.complete = true;
    this.#reader.end(batch);
  }

  endsWith(error: unknown): boolean {
    return this.#reader.stopped && isLostConnection(error);
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
