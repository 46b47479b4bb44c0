/** One frame of a body: a chunk to be framed as a server-sent event, or bytes as they are. */
export type Frame = object | string;

/** An imperfect stream, and exactly what is to be read from it. */
export interface Quirk {
  /** Where it comes from: a row of the table of stream quirks (`Q1` …) or a case of the stream probe (`P1` …). */
  readonly rows: readonly string[];
  readonly title: string;
  /** Services that were seen to send it, where one is known. */
  readonly seen?: string;
  readonly frames: readonly Frame[];
  readonly response?: { readonly contentType?: string; readonly status?: number };
  /** How the body ends: by itself, or by a reset of the connection. */
  readonly ends?: "reset";
  /** The tools offered. Default: `f` and `g`. */
  readonly tools?: readonly string[];
  /** The tags that the dialect knows reasoning by. Default: none. */
  readonly reasoningTag?: string;
  /** The events, one line each, as `describeEvent` writes them; `response-start` is left out. */
  readonly events: readonly string[];
  /** The error that is thrown after them: its code, and what its message contains. */
  readonly error?: readonly [code: string, ...words: string[]];
}

/** A chunk with this delta, the way OpenAI sends it. */
export function delta(content: object, finish: string | null = null): object {
  return chunk([{ index: 0, delta: content, finish_reason: finish }]);
}

export function chunk(choices: unknown, more: object = {}): object {
  return { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m", choices, ...more };
}

/** One entry of `tool_calls`; undefined fields are absent. */
export function call(index: unknown, id: unknown, name: unknown, args: unknown): object {
  const called = { ...(name === undefined ? {} : { name }), ...(args === undefined ? {} : { arguments: args }) };
  return {
    ...(index === undefined ? {} : { index }),
    ...(id === undefined ? {} : { id }),
    type: "function",
    function: called,
  };
}

/** A chunk with these entries of `tool_calls`. */
export function calls(...entries: unknown[]): object {
  return delta({ tool_calls: entries });
}

export const role = delta({ role: "assistant", content: "" });
export const text = (content: string): object => delta({ content });
export const finish = (reason: string): object => delta({}, reason);
export const usage = chunk([], { usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } });
export const done = "data: [DONE]\n\n";
/** How most tool calls end. */
export const ending: readonly Frame[] = [finish("tool_calls"), usage, done];

export function bodyOf(frames: readonly Frame[]): string {
  return frames.map((frame) => (typeof frame === "string" ? frame : `data: ${JSON.stringify(frame)}\n\n`)).join("");
}
