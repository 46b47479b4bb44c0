import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "../answer.ts";
import type { Conversation } from "../conversation.ts";
import type { RequestFailure } from "../failure.ts";
import type { ListedModel } from "../models.ts";

/** What one network write carries. */
export type Frame = string | Uint8Array;

/** An endpoint of a wire. */
export interface Endpoint {
  readonly kind: "models" | "completion";
  readonly method: "GET" | "POST";
}

/** A response, ready to be written. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the frames are the events of a stream, rather than slices of one whole body. */
  readonly streamed: boolean;
  /** Whether each frame has to leave in a network write of its own. */
  readonly separateWrites: boolean;
  /** Made as they are written; read once. */
  readonly frames: Iterable<Frame>;
  /** What an error looks like in this body. */
  readonly errorFrame: (body: unknown) => Frame;
  /** What no client can parse. */
  readonly garbageFrame: Frame;
}

/** One gateway protocol: how requests are read and answers are written. Knows nothing of sockets, faults or scripts. */
export interface Wire {
  /** Which endpoint a path without its query is, if it is one of this wire's. */
  endpoint(path: string): Endpoint | undefined;
  /** Whether a request carries the key. */
  isAuthorized(headers: IncomingHttpHeaders, apiKey: string): boolean;
  /** The body of the model list. */
  models(models: readonly ListedModel[]): unknown;
  /** Reads the body of a completion request. Throws a `RequestFailure` for what a real gateway would refuse. */
  decode(body: unknown, path: string): Conversation;
  /** Writes an answer. `serial` is unique among the answers of one simulator. */
  encode(answer: Answer, conversation: Conversation, serial: number): Reply;
  /** The body of an error response. */
  failure(failure: RequestFailure): unknown;
}
