/** What one model answer consists of: reasoning first, then text, then tool calls. Counts are deltas. */
export interface Answer {
  readonly reasoning?: number;
  readonly text?: number;
  /** Letters in each text delta. Default: words of ordinary prose. */
  readonly textLength?: number;
  readonly calls?: number;
  /** Pieces of 16 bytes that carry the arguments of each call. */
  readonly pieces?: number;
}

export type Delta =
  | { readonly kind: "reasoning" | "text"; readonly text: string }
  | { readonly kind: "call"; readonly index: number; readonly id: string; readonly name: string }
  | { readonly kind: "piece"; readonly index: number; readonly text: string };

/** What a consumer found in an answer. All contestants must arrive at the same figures, or they did not do the same work. */
export interface Tally {
  /** Deltas that carried something: text, reasoning, pieces of arguments. */
  deltas: number;
  /** Letters, as are the next two. */
  text: number;
  reasoning: number;
  arguments: number;
  calls: number;
}

export const toolName = "write_file";

const pieceLength = 16;
// Prose has a letter outside ASCII now and then, which makes the decoded string of that network chunk a two-byte one.
const words =
  "The quick answer is that a stream of small deltas , each a word or a part of one , costs more than its bytes suggest — every event is framed , parsed and handed over".split(
    " ",
  );

export function* deltas(answer: Answer): Generator<Delta> {
  for (let n = 0; n < (answer.reasoning ?? 0); n += 1) yield { kind: "reasoning", text: word(n) };
  const long = answer.textLength === undefined ? undefined : "x".repeat(answer.textLength);
  for (let n = 0; n < (answer.text ?? 0); n += 1) yield { kind: "text", text: long ?? word(n) };
  const text = argumentsOf((answer.pieces ?? 0) * pieceLength);
  for (let index = 0; index < (answer.calls ?? 0); index += 1) {
    yield { kind: "call", index, id: `call_${index}`, name: toolName };
    for (let at = 0; at < text.length; at += pieceLength) {
      yield { kind: "piece", index, text: text.slice(at, at + pieceLength) };
    }
  }
}

export function expected(answer: Answer): Tally {
  const tally = emptyTally();
  for (const delta of deltas(answer)) {
    if (delta.kind === "call") {
      tally.calls += 1;
      continue;
    }
    tally.deltas += 1;
    tally[delta.kind === "piece" ? "arguments" : delta.kind] += delta.text.length;
  }
  return tally;
}

export function emptyTally(): Tally {
  return { deltas: 0, text: 0, reasoning: 0, arguments: 0, calls: 0 };
}

export function addTally(sum: Tally, more: Tally, times = 1): Tally {
  return {
    deltas: sum.deltas + more.deltas * times,
    text: sum.text + more.text * times,
    reasoning: sum.reasoning + more.reasoning * times,
    arguments: sum.arguments + more.arguments * times,
    calls: sum.calls + more.calls * times,
  };
}

function word(n: number): string {
  return ` ${words[n % words.length]}`;
}

/** The arguments of a call that writes a file: valid JSON of exactly this many bytes, with quotes and newlines in it. */
function argumentsOf(bytes: number): string {
  const write = (content: string) => JSON.stringify({ path: "src/a.ts", content });
  const line = 'const greeting = "hello";\n';
  const room = bytes - write("").length;
  if (room < 0) return "";
  const lineLength = write(line).length - write("").length;
  return write(line.repeat(Math.floor(room / lineLength)) + "x".repeat(room % lineLength));
}
