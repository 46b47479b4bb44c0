import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createRawServer, type Socket } from "node:net";
import type { Http, HttpRequest, HttpResponse } from "@waygate/http";

export interface Service extends AsyncDisposable {
  readonly origin: string;
  /** All connections that were ever made to it. */
  readonly sockets: ReadonlySet<Socket>;
}

/** A server on loopback that ends at once, open connections or not. */
export async function listen(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<Service> {
  const sockets = new Set<Socket>();
  const server = createServer(handler).on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A server that writes what it likes: called with each connection, and with each time that something came on it. */
export async function listenRaw(onData: (socket: Socket, text: string) => void): Promise<Service> {
  const sockets = new Set<Socket>();
  const server = createRawServer((socket) => {
    sockets.add(socket);
    socket.on("data", (bytes) => onData(socket, bytes.toString("latin1")));
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A GET for the service's address, with what is to be different about it. */
export function get(service: Pick<Service, "origin">, change: Partial<HttpRequest> = {}): HttpRequest {
  return { method: "GET", url: new URL(`${service.origin}/`), headers: {}, ...change };
}

export function post(service: Pick<Service, "origin">, change: Partial<HttpRequest> = {}): HttpRequest {
  return get(service, { method: "POST", body: "{}", ...change });
}

/** What comes next of a body. */
export function next(response: HttpResponse): Promise<readonly Buffer[] | undefined> {
  return new Promise((accept, refuse) => response.next({ accept, refuse }));
}

/** The whole text of an answer. */
export async function text(response: HttpResponse): Promise<string> {
  const read: Buffer[] = [];
  for (let pieces = await next(response); pieces !== undefined; pieces = await next(response)) read.push(...pieces);
  return Buffer.concat(read).toString("utf8");
}

export async function ask(http: Http, request: HttpRequest): Promise<string> {
  return text(await http.send(request));
}
