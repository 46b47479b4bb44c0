import type { IncomingHttpHeaders } from "node:http";
import type { Answer, AnswerPart } from "../answer.ts";
import type { Conversation } from "../conversation.ts";
import type { RequestFailure } from "../failure.ts";
import type { ListedModel } from "../models.ts";

/** What one network write carries. */
export type Frame = string | Uint8Array;

/** The credentials with which requests to an AWS service are signed. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
}

/** What requests may carry; with neither, anything is taken. */
export interface Keys {
  readonly apiKey: string | undefined;
  readonly awsCredentials: AwsCredentials | undefined;
}

/** A request with all that a signature covers. */
export interface ReceivedRequest {
  readonly method: string;
  /** As sent, with the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

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
  /** After how many frames a stream is in the middle of its first part of a kind; undefined where it has none. */
  readonly middleOf: (kind: AnswerPart["type"]) => number | undefined;
  /** What no client can parse. */
  readonly garbageFrame: Frame;
}

/** One gateway protocol: how requests are read and answers are written. Knows nothing of sockets, faults or scripts. */
export interface Wire {
  /** Which endpoint a path without its query is, if it is one of this wire's. */
  endpoint(path: string): Endpoint | undefined;
  /** Throws, or rejects with, a `RequestFailure` for a request that does not carry what it has to. */
  authorize(request: ReceivedRequest, keys: Keys): void | Promise<void>;
  /** The body of the model list, or of what else an endpoint of that kind tells. `path` has the query. */
  models(models: readonly ListedModel[], path: string): unknown;
  /** Reads the body of a completion request. Throws a `RequestFailure` for what a real gateway would refuse. */
  decode(body: unknown, path: string): Conversation;
  /** Writes an answer. `serial` is unique among the answers of one simulator. */
  encode(answer: Answer, conversation: Conversation, serial: number): Reply;
  /** The body of an error response. */
  failure(failure: RequestFailure): unknown;
  /** Headers of an error response, where they say something of it. */
  failureHeaders?(failure: RequestFailure): Readonly<Record<string, string>>;
}
