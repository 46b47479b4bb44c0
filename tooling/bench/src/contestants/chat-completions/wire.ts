import { model, prompt, Reader, runTool, tool } from "../contestant.ts";

/** What is read of a chat-completions chunk. */
export interface Chunk {
  readonly choices: readonly { readonly delta: ChunkDelta }[];
}

export interface ChunkDelta {
  readonly content?: string | null;
  readonly reasoning_content?: string | null;
  readonly tool_calls?: readonly CallPiece[];
}

interface CallPiece {
  readonly index: number;
  readonly id?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

export interface Call {
  readonly id: string;
  readonly type: "function";
  readonly function: { name: string; arguments: string };
}

export type Message =
  | { role: "user"; content: string }
  | { role: "assistant"; content: string | null; tool_calls: Call[] }
  | { role: "tool"; tool_call_id: string; content: string };

const tools = [{ type: "function" as const, function: tool }];

export function firstMessages(): Message[] {
  return [{ role: "user", content: prompt }];
}

export function requestOf(messages: Message[], offerTool: boolean) {
  return {
    model,
    messages,
    stream: true as const,
    stream_options: { include_usage: true },
    ...(offerTool ? { tools } : {}),
  };
}

/** The switch over a delta, and the assembly of tool calls, that whoever uses the wire directly writes by hand. */
export function readDelta(delta: ChunkDelta, calls: Call[], reader: Reader): void {
  if (typeof delta.content === "string") reader.text(delta.content);
  else if (typeof delta.reasoning_content === "string") reader.reasoning(delta.reasoning_content);
  else if (delta.tool_calls !== undefined) for (const piece of delta.tool_calls) readPiece(piece, calls, reader);
}

function readPiece(piece: CallPiece, calls: Call[], reader: Reader): void {
  const text = piece.function?.arguments ?? "";
  const call = calls[piece.index];
  if (call === undefined) {
    calls[piece.index] = {
      id: piece.id ?? "",
      type: "function",
      function: { name: piece.function?.name ?? "", arguments: text },
    };
  } else call.function.arguments += text;
  reader.piece(text);
}

/** Arguments are parsed when they are complete. */
export function finishCalls(calls: readonly Call[], reader: Reader): void {
  for (const call of calls) {
    JSON.parse(call.function.arguments);
    reader.call();
  }
}

/** The loop that whoever uses the wire directly writes by hand. */
export async function loopByHand(step: (messages: Message[], reader: Reader) => Promise<Call[]>): Promise<Reader> {
  const reader = new Reader();
  const messages = firstMessages();
  for (;;) {
    const calls = await step(messages, reader);
    if (calls.length === 0) return reader;
    messages.push({ role: "assistant", content: null, tool_calls: calls });
    for (const call of calls) messages.push({ role: "tool", tool_call_id: call.id, content: runTool() });
  }
}
