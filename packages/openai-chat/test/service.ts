import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ModelEvent, ModelRequest } from "@waygate/core";
import {
  type ChatDialect,
  type ChatService,
  type ChatServiceOptions,
  openChatService,
  plainDialect,
} from "@waygate/openai-chat";

export interface TestServer extends AsyncDisposable {
  readonly origin: string;
}

/** A server on loopback that ends at once, open connections or not. */
export async function listen(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TestServer> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("utf8");
}

export function service(
  address: string,
  options: Partial<ChatServiceOptions> & { readonly plain?: Partial<ChatDialect> } = {},
): ChatService {
  const { plain, ...rest } = options;
  return openChatService({
    gateway: "test",
    address,
    headers: () => Promise.resolve({ authorization: "Bearer sk-test-key" }),
    secret: () => Promise.resolve("sk-test-key"),
    keyHint: "Check the key in TEST_API_KEY.",
    dialect: () => ({ ...plainDialect, ...plain }),
    ...rest,
  });
}

export function request(more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: "m",
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    tools: [],
    signal: new AbortController().signal,
    ...more,
  };
}

export async function collect(stream: AsyncIterable<readonly ModelEvent[]>): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const batch of stream) events.push(...batch);
  return events;
}

/** An answer of one word, as a stream. */
const answer = [
  { id: "1", model: "m", choices: [{ index: 0, delta: { content: "Hi" } }] },
  { id: "1", model: "m", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
]
  .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
  .concat("data: [DONE]\n\n")
  .join("");

export function sendAnswer(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" }).end(answer);
}
