import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, createServer as createSocketServer, type Socket } from "node:net";

/** A server of a test that knows its own address and closes with it. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

export interface ProxyServer extends TestServer {
  /** What was asked of it: `CONNECT host:port`, or the method and the whole address. */
  readonly log: string[];
  /** The `Proxy-Authorization` of the latest request. */
  authorization: string | undefined;
}

/** A proxy that leads everything to one port of this machine, whatever it is asked for. */
export async function startProxy(port: number): Promise<ProxyServer> {
  const log: string[] = [];
  const server = createServer((incoming, response) => {
    log.push(`${incoming.method} ${incoming.url}`);
    proxy.authorization = incoming.headers["proxy-authorization"];
    const url = new URL(incoming.url ?? "");
    forward(incoming, port, `${url.pathname}${url.search}`, response);
  });
  server.on("connect", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    log.push(`CONNECT ${incoming.url}`);
    proxy.authorization = incoming.headers["proxy-authorization"];
    const target = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    for (const end of [socket, target]) end.on("error", () => [socket, target].forEach((each) => void each.destroy()));
    sockets.add(socket);
  });
  const sockets = new Set<Socket>();
  const started = await start(server, "http");
  const proxy: ProxyServer = {
    ...started,
    log,
    authorization: undefined,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await started[Symbol.asyncDispose]();
    },
  };
  return proxy;
}

/** A SOCKS5 proxy without authentication that leads everything to one port of this machine. */
export async function startSocksProxy(port: number): Promise<ProxyServer> {
  const log: string[] = [];
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("data", () => {
      socket.write(Buffer.from([5, 0]));
      socket.once("data", (asked) => {
        const name = asked.subarray(5, 5 + (asked[4] ?? 0)).toString();
        log.push(`CONNECT ${name}:${asked.readUInt16BE(asked.length - 2)}`);
        const target = connect(port, "127.0.0.1", () => {
          socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
          target.pipe(socket).pipe(target);
        });
        target.on("error", () => socket.destroy());
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const number = (server.address() as AddressInfo).port;
  return {
    url: `socks5://127.0.0.1:${number}`,
    port: number,
    log,
    authorization: undefined,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** TLS before a server of this machine. */
export function startSecure(
  port: number,
  identity: { readonly cert: string; readonly key: string },
): Promise<TestServer> {
  const server = createSecureServer(identity, (incoming, response) => {
    forward(incoming, port, incoming.url ?? "/", response);
  });
  return start(server, "https");
}

function forward(incoming: IncomingMessage, port: number, path: string, response: import("node:http").ServerResponse) {
  const { method, headers } = incoming;
  const onward = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  incoming.pipe(onward);
}

async function start(server: Server, scheme: string): Promise<TestServer> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
