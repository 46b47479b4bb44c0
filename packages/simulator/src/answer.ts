/** Text in one piece, split into word-sized chunks on the way out, or the exact chunks to send. */
export type AnswerText = string | readonly string[];

/** One tool call of an answer. */
export interface AnswerToolCall {
  /** Default: `call_1`, `call_2`, ...: the next one that the conversation has not used yet. */
  readonly id?: string;
  readonly name: string;
  /**
   * An object is sent as its JSON; a string is sent as it is, valid JSON or not; an array holds the exact pieces of
   * the text. Default `{}`.
   */
  readonly arguments?: AnswerText | Readonly<Record<string, unknown>>;
}

export type AnswerPart =
  | { readonly type: "text"; readonly text: AnswerText }
  | { readonly type: "reasoning"; readonly text: AnswerText }
  | ({ readonly type: "tool-call" } & AnswerToolCall);

/**
 * What a model says to one request, in no wire's words. Everything is optional: `{}` is an empty answer that ends
 * well. `raw` wins over `chunks`, and `chunks` over everything that makes up an ordinary answer.
 */
export interface Answer {
  /** Sent before text and tool calls, whether or not the request asked for reasoning. */
  readonly reasoning?: AnswerText;
  readonly text?: AnswerText;
  /** Sent after the text. */
  readonly toolCalls?: readonly AnswerToolCall[];
  /** In place of `reasoning`, `text` and `toolCalls`: the parts in the order in which they are sent. */
  readonly parts?: readonly AnswerPart[];
  /**
   * The wire's own word for why the answer ended. `null` ends the stream without one. Default: the wire's word for
   * tool calls where there are any, else for a normal end.
   */
  readonly finish?: string | null;
  /**
   * The usage object in the wire's own shape, sent whether or not it was asked for. `null` sends none. Default: an
   * estimate, sent where the request asks for usage.
   */
  readonly usage?: Readonly<Record<string, unknown>> | null;
  /**
   * Exact chunk objects, framed for the wire and closed as the wire closes a stream. To a request for a whole answer
   * the first of them is the body.
   */
  readonly chunks?: readonly unknown[];
  /** The exact bytes of the body. Each element of an array is a network write of its own. */
  readonly raw?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** HTTP status, 200 to 599. Default 200. From 400 on the body is an error: `error`, or one made for the status. */
  readonly status?: number;
  /** Response headers, over those that the simulator sends by itself. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The value under the body's `error` key. With a status below 400 it comes where the finish would be: in a stream
   * after the parts, otherwise as the whole body.
   */
  readonly error?: unknown;
  /** Milliseconds of silence before the headers. Default 0. */
  readonly delayMs?: number;
}

/** The parts of an answer in the order in which they are sent. */
export function answerParts(answer: Answer): readonly AnswerPart[] {
  if (answer.parts !== undefined) return answer.parts;
  const parts: AnswerPart[] = [];
  if (answer.reasoning !== undefined) parts.push({ type: "reasoning", text: answer.reasoning });
  if (answer.text !== undefined) parts.push({ type: "text", text: answer.text });
  for (const call of answer.toolCalls ?? []) parts.push({ type: "tool-call", ...call });
  return parts;
}
