import type { Answer } from "../plan/script.ts";
import type { Random } from "../random.ts";

/** An answer as bytes. */
export interface Encoded {
  readonly contentType: string;
  readonly frames: readonly Buffer[];
  /** The frames in one piece. */
  readonly body: Buffer;
  /** How many bytes of the body it takes to know that the answer is whole, and why it ended. */
  readonly wholeAt: number;
}

/** A request, as far as its wire lets it be read. */
export interface ReadRequest {
  /** How often the assistant has spoken in its history. */
  readonly answers: number;
  /** What a service would refuse it for. */
  readonly problems: readonly string[];
}

/** How one protocol writes answers and failures, and reads requests. */
export interface Wire {
  /** The answer as a stream. `noisy`: with signs of life and events that say nothing between its parts. */
  stream(answer: Answer, random: Random, noisy: boolean): Encoded;
  /** The answer in one piece of JSON, as services send it that do not stream. */
  whole(answer: Answer): Encoded;
  /** A list of models. */
  list(): Encoded;
  /** A failure in the middle of a stream. */
  failure(words: string, random: Random): Buffer;
  /** A piece of a stream that makes no sense. */
  garbage(words: string, random: Random): Buffer;
  /** Something in a stream that is passed over, with words in it. */
  aside(words: string, random: Random): Buffer;
  /** The body and the headers of a refusal. */
  refusal(words: string, status: number, random: Random): { readonly body: string; readonly headers: string[] };
  /** Whether damage to any byte of a stream shows. */
  readonly checked: boolean;
  read(body: string): ReadRequest;
}

/** Joins the frames of a stream. `whole`: which of them, counted from 0, is the last that is needed, without its end. */
export function encoded(contentType: string, frames: readonly Buffer[], whole: number, ending = 0): Encoded {
  const length = frames.slice(0, whole + 1).reduce((sum, frame) => sum + frame.length, 0);
  return { contentType, frames, body: Buffer.concat(frames), wholeAt: length - ending };
}
