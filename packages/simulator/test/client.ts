import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";
import type { Simulator } from "../src/index.ts";

export interface Chunk {
  readonly id: string;
  readonly object: string;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly delta: {
      readonly role?: string;
      readonly content?: string;
      readonly reasoning_content?: string;
      readonly tool_calls?: readonly {
        readonly index: number;
        readonly id?: string;
        readonly type?: string;
        readonly function: { readonly name?: string; readonly arguments: string };
      }[];
    };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: unknown;
}

export interface WholeAnswer {
  readonly choices: readonly [
    {
      readonly message: {
        readonly content: string | null;
        readonly reasoning_content?: string;
        readonly tool_calls?: readonly {
          readonly id: string;
          readonly type: string;
          readonly function: { readonly name: string; readonly arguments: string };
        }[];
      };
      readonly finish_reason: string | null;
    },
  ];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
    readonly prompt_tokens_details: { readonly cached_tokens: number };
    readonly completion_tokens_details: { readonly reasoning_tokens: number };
  };
}

interface ErrorBody {
  readonly error: { readonly message: string; readonly type: string; readonly param: unknown; readonly code: unknown };
}

export const hello = [{ role: "user", content: "hello" }];

/** Posts a completion request; what is not given is a plain greeting to the default model. */
export async function post(
  simulator: Simulator,
  fields: Record<string, unknown> = {},
  init: RequestInit = {},
): Promise<Response> {
  return await fetch(`${simulator.url}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "simulator", messages: hello, ...fields }),
    ...init,
    headers: { "content-type": "application/json", ...init.headers },
  });
}

/** A whole answer. */
export async function ask(simulator: Simulator, fields: Record<string, unknown> = {}): Promise<WholeAnswer> {
  const response = await post(simulator, fields);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as WholeAnswer;
}

/** The status and the error of a refused request. */
export async function failure(response: Response): Promise<readonly [number, ErrorBody["error"]]> {
  const type = response.headers.get("content-type");
  if (type !== "application/json") throw new Error(`An error of the type ${type}`);
  return [response.status, ((await response.json()) as ErrorBody).error];
}

/** The `data:` lines of a streamed answer, `[DONE]` included. */
export async function stream(simulator: Simulator, fields: Record<string, unknown> = {}): Promise<readonly string[]> {
  return dataLines(await (await post(simulator, { stream: true, ...fields })).text());
}

export function dataLines(body: string): readonly string[] {
  return body
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => {
      if (!event.startsWith("data: ")) throw new Error(`Not an event: ${event}`);
      return event.slice("data: ".length);
    });
}

/** The chunks of a streamed answer that ends as it should. */
export async function streamChunks(simulator: Simulator, fields: Record<string, unknown> = {}) {
  const lines = await stream(simulator, fields);
  if (lines.at(-1) !== "[DONE]") throw new Error("The stream does not end with [DONE].");
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Chunk);
}

/** What could be read of a body, and the error that ended it, if one did. */
export async function readUntilEnd(response: Response): Promise<{ text: string; error: unknown }> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const bytes of response.body ?? []) text += decoder.decode(bytes, { stream: true });
    return { text, error: undefined };
  } catch (error) {
    return { text, error };
  }
}

/** A bare connection with one streamed request on it; nothing of the response is read until the socket flows. */
export function rawRequest(simulator: Simulator, fields: Record<string, unknown> = {}): Socket {
  const body = JSON.stringify({ model: "simulator", messages: hello, stream: true, ...fields });
  const socket = connect(portOf(simulator), "127.0.0.1");
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: simulator\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  return socket;
}

/** Reads a streamed answer as far as it goes, without waiting for what never comes. */
export function readRaw(simulator: Simulator, fields: Record<string, unknown> = {}) {
  const seen = { text: "", ended: false, error: undefined as unknown };
  const socket = rawRequest(simulator, fields);
  socket.setEncoding("latin1").on("data", (data) => {
    seen.text += data;
  });
  socket.on("end", () => {
    seen.ended = true;
  });
  socket.on("error", (error) => {
    seen.error = error;
  });
  return { seen, socket };
}

/** How many events a text of the wire holds. */
export function eventsIn(text: string): number {
  return text.match(/^data: /gm)?.length ?? 0;
}

export function portOf(simulator: Simulator): AddressInfo["port"] {
  return Number(new URL(simulator.url).port);
}

/** Waits for something to become true, 10 seconds at most. */
export async function until(isTrue: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !isTrue(); ) {
    if (Date.now() > end) throw new Error("It did not happen within 10 seconds.");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
