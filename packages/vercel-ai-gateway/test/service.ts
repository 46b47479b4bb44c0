import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type CredentialQuery,
  createRegistry,
  type GatewayError,
  isGatewayError,
  type ModelEvent,
  type ModelRequest,
  type Registry,
  type RegistryNotice,
} from "@waygate/core";
import vercelAiGateway from "@waygate/vercel-ai-gateway";

export interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** A gateway on loopback, below `/v1`. */
export interface TestService extends AsyncDisposable {
  readonly url: string;
  /** Every request since the start or the last `clear()`. */
  readonly received: readonly Received[];
  /** Answers conversations. Default: with the word "Hi". */
  answer: (response: ServerResponse, request: Received) => void;
  /** Answers a GET. Default: 404. */
  get: (path: string, response: ServerResponse) => void;
  clear(): void;
}

const hi = sse(
  { id: "gen_1", model: "m", choices: [{ index: 0, delta: { content: "Hi" } }] },
  { id: "gen_1", model: "m", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
);

/** Chunks as the events of a stream. */
export function sse(...chunks: readonly object[]): string {
  return [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), "data: [DONE]\n\n"].join("");
}

export async function startService(): Promise<TestService> {
  const received: Received[] = [];
  const answer: TestService["answer"] = (response) =>
    void response.writeHead(200, { "content-type": "text/event-stream" }).end(hi);
  const get: TestService["get"] = (_path, response) => void response.writeHead(404).end("Not Found");
  const server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const { method, url = "/", headers } = incoming;
    const text = Buffer.concat(pieces).toString("utf8");
    const request = { method, url, headers, body: text === "" ? {} : JSON.parse(text) };
    received.push(request);
    if (method === "GET") service.get(url.replace(/^\/v1/, ""), response);
    else service.answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const service: TestService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    received,
    answer,
    get,
    clear() {
      received.length = 0;
      Object.assign(service, { answer, get });
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return service;
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

export interface Opened {
  readonly registry: Registry;
  readonly notices: RegistryNotice[];
  readonly queries: CredentialQuery[];
}

export type Keys = Readonly<Record<string, string | undefined>>;

/** A registry with the gateway, its address set to the service. `keys`: by the credential's id. */
export function openRegistry(
  service: TestService,
  settings: object = {},
  keys: Keys = { api_key: "vck_test" },
): Opened {
  const notices: RegistryNotice[] = [];
  const queries: CredentialQuery[] = [];
  const registry = createRegistry({
    plugins: [vercelAiGateway],
    settings: { vercel_ai_gateway: { api_url: service.url, ...settings } },
    credentials(query) {
      queries.push(query);
      return keys[query.credential.id];
    },
    onNotice: (notice) => notices.push(notice),
  });
  return { registry, notices, queries };
}

export interface Asking extends Partial<ModelRequest> {
  /** The gateway's settings. */
  readonly settings?: object;
  readonly keys?: Keys;
}

export interface Asked extends Received, Pick<Opened, "notices" | "queries"> {
  readonly events: readonly ModelEvent[];
  /** Events of the type `notice`, by their code. */
  readonly told: readonly string[];
}

/** Asks once, and returns what the service received, and what came back. */
export async function ask(service: TestService, { settings, keys, ...request }: Asking = {}): Promise<Asked> {
  const opened = openRegistry(service, settings, keys);
  await using registry = opened.registry;
  const events = await collect(registry, request);
  const last = service.received.findLast(({ method }) => method === "POST");
  if (last === undefined) throw new Error("Nothing was received.");
  const told = events.flatMap((event) => (event.type === "notice" ? [event.code] : []));
  return { ...last, notices: opened.notices, queries: opened.queries, events, told };
}

/** The events of one answer. */
export async function collect(registry: Registry, request: Partial<ModelRequest> = {}): Promise<ModelEvent[]> {
  const stream = registry.gateway("vercel_ai_gateway").stream({
    model: "anthropic/claude-sonnet-4",
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    tools: [],
    signal: new AbortController().signal,
    ...request,
  });
  const events: ModelEvent[] = [];
  for await (const batch of stream) events.push(...batch);
  return events;
}

/** The error that asking ends with. */
export async function failure(asked: Promise<unknown>): Promise<GatewayError> {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isGatewayError(error)) throw new Error(`Expected a GatewayError, not ${String(error)}`);
  return error;
}

export const tool = { name: "look", description: "Looks.", parameters: { type: "object" } } as const;
