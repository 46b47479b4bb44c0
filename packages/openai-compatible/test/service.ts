import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type CredentialQuery,
  createRegistry,
  type Registry,
  type RegistryNotice,
  type RunOptions,
  run,
} from "@waygate/core";
import openaiCompatible from "@waygate/openai-compatible";

export interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** A service on loopback that answers every conversation with one word, and lists what `list` says. */
export interface TestService extends AsyncDisposable {
  readonly origin: string;
  /** Every request since the start or the last `clear()`. */
  readonly received: readonly Received[];
  /** Answers a GET. Default: 404. */
  list: (path: string, response: ServerResponse) => void;
  clear(): void;
}

const answer = (content: string) => {
  const delta = JSON.stringify({ content });
  return [
    'data: {"id":"1","model":"m","choices":[{"index":0,"delta":{"reasoning_content":"Hm."}}]}\n\n',
    `data: {"id":"1","model":"m","choices":[{"index":0,"delta":${delta},"finish_reason":"stop"}]}\n\n`,
    "data: [DONE]\n\n",
  ].join("");
};

export async function startService(): Promise<TestService> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { method, url = "/", headers } = request;
    const text = Buffer.concat(pieces).toString("utf8");
    const body = text === "" ? {} : JSON.parse(text);
    received.push({ method, url, headers, body });
    if (method === "GET") service.list(url, response);
    else
      response
        .writeHead(200, { "content-type": "text/event-stream" })
        .end(answer(body.response_format === undefined ? "Hi" : '{"a":1}'));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const service: TestService = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    list: (_path, response) => void response.writeHead(404).end("Not Found"),
    clear: () => received.splice(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return service;
}

/** Answers a GET with JSON. */
export function json(value: unknown, status = 200): TestService["list"] {
  return (_path, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
}

export interface OpenRegistry {
  readonly registry: Registry;
  readonly notices: RegistryNotice[];
  readonly queries: CredentialQuery[];
}

/** A registry with one gateway, `my-gw.2`. */
export function openRegistry(settings: object, key?: string): OpenRegistry {
  const notices: RegistryNotice[] = [];
  const queries: CredentialQuery[] = [];
  const registry = createRegistry({
    plugins: [openaiCompatible],
    settings: { openai_compatible: { "my-gw.2": settings } },
    credentials(query) {
      queries.push(query);
      return key;
    },
    onNotice: (notice) => notices.push(notice),
  });
  return { registry, notices, queries };
}

export interface Asking extends Partial<RunOptions> {
  /** More settings of the service. */
  readonly service?: object;
  /** More settings of its one model. */
  readonly settings?: object;
  readonly key?: string;
}

export type Asked = Received & Pick<OpenRegistry, "notices" | "queries">;

/** Asks once with these settings of the one model, and returns what the service received. */
export async function askOnce(to: TestService, { service, settings, key, ...gatewayOptions }: Asking): Promise<Asked> {
  const model = { name: "m", max_tokens: 1000, ...settings };
  const opened = openRegistry({ api_url: `${to.origin}/v1`, available_models: [model], ...service }, key);
  await using registry = opened.registry;
  const gateway = registry.gateway("my-gw.2");
  await run({ gateway, model: "m", messages: [{ role: "user", content: "Hello" }], ...gatewayOptions }).result();
  const last = to.received.at(-1);
  if (last === undefined) throw new Error("Nothing was received.");
  return { ...last, notices: opened.notices, queries: opened.queries };
}

export const tool = {
  name: "look",
  description: "Looks.",
  parameters: { type: "object" },
  readOnly: true,
  execute: () => "seen",
} as const;

export const image = { type: "image", mediaType: "image/png", source: { type: "base64", data: "AAAA" } } as const;
