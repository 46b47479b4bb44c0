import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createRegistry, type Registry, type RegistryNotice, type RunOptions, run } from "@waygate/core";
import openrouter from "@waygate/openrouter";

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  // Whatever was sent: tests look into it.
  readonly body: Record<string, unknown>;
  readonly text: string;
}

/** A server on loopback that speaks OpenRouter's wire, as far as a test tells it to. */
export interface OpenRouterServer extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  /** Those to `/chat/completions`. */
  readonly asked: readonly Received[];
}

export type Handler = (request: Received, response: ServerResponse) => void;

export async function serve(handlers: Readonly<Record<string, Handler>>): Promise<OpenRouterServer> {
  const received: Received[] = [];
  const server = createServer(async (incoming, response) => {
    const request = await read(incoming);
    received.push(request);
    const handler = handlers[request.path.replace("/api/v1", "")];
    if (handler === undefined) sendError(response, 404, { message: "Not Found" });
    else handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`,
    received,
    get asked() {
      return received.filter(({ path }) => path.endsWith("/chat/completions"));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(incoming: IncomingMessage): Promise<Received> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const text = Buffer.concat(pieces).toString("utf8");
  const { method = "", url: path = "", headers } = incoming;
  return { method, path, headers, body: text === "" ? {} : JSON.parse(text), text };
}

export function sendJson(response: ServerResponse, body: unknown, status = 200, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

export function sendError(response: ServerResponse, status: number, error: object, headers = {}): void {
  sendJson(response, { error: { code: status, ...error } }, status, headers);
}

/** Sends chunks as OpenRouter does, with its comments between them. */
export function sendStream(response: ServerResponse, chunks: readonly object[]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(": OPENROUTER PROCESSING\n\n");
  for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.end("data: [DONE]\n\n");
}

export interface ChunkOptions {
  readonly finish?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly usage?: object;
}

export function chunk(delta: object, { finish, provider = "OpenAI", model = "m", usage }: ChunkOptions = {}): object {
  return {
    id: "gen-1",
    provider,
    model,
    object: "chat.completion.chunk",
    created: 1,
    choices: [{ index: 0, delta: { role: "assistant", ...delta }, finish_reason: finish ?? null }],
    ...(usage !== undefined && { usage }),
  };
}

export const sayHi: Handler = (_request, response) =>
  sendStream(response, [chunk({ content: "Hi" }), chunk({ content: "" }, { finish: "stop" })]);

export interface Setup {
  readonly url: string;
  readonly settings?: object;
  /** By the ids of the credentials. Default: an API key. */
  readonly keys?: Readonly<Record<string, string>>;
}

export function open({ url, settings, keys = { api_key: "sk-or-1" } }: Setup): {
  readonly registry: Registry;
  readonly notices: RegistryNotice[];
} {
  const notices: RegistryNotice[] = [];
  const registry = createRegistry({
    plugins: [openrouter],
    settings: { open_router: { api_url: url, ...settings } },
    credentials: ({ credential }) => keys[credential.id],
    onNotice: (notice) => notices.push(notice),
  });
  return { registry, notices };
}

export interface Asking extends Partial<RunOptions> {
  readonly settings?: object;
  readonly keys?: Readonly<Record<string, string>>;
  /** What is answered. Default: `Hi`. */
  readonly says?: string;
}

/** Asks once with these settings, and tells what was received, and what was noticed on the way. */
export async function ask({
  settings,
  keys,
  says = "Hi",
  ...gatewayOptions
}: Asking = {}): Promise<Received & { readonly told: readonly string[]; readonly notices: readonly RegistryNotice[] }> {
  await using server = await serve({
    "/chat/completions": (_request, response) =>
      sendStream(response, [chunk({ content: says }), chunk({}, { finish: "stop" })]),
  });
  const { registry, notices } = open({ url: server.url, ...(settings && { settings }), ...(keys && { keys }) });
  await using _ = registry;
  const told: string[] = [];
  const running = run({
    gateway: registry.gateway("openrouter"),
    model: "vendor/model",
    messages: [{ role: "user", content: "Hello" }],
    ...gatewayOptions,
  });
  for await (const event of running) if (event.type === "notice") told.push(`${event.code}: ${event.message}`);
  const [last] = server.asked.slice(-1);
  if (last === undefined) throw new Error("Nothing was received.");
  return { ...last, told, notices };
}
