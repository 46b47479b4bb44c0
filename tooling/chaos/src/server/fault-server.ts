import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setImmediate, setTimeout } from "node:timers/promises";
import type { Op } from "./reply.ts";
import { type ReceivedRequest, RequestReader } from "./request-reader.ts";

/** Sent with each request, and names the run: other programs may try the ports of this machine. */
export const runHeader = "x-chaos-run";

/**
 * Says what is done about a request. `sent` is told how much of it was, from 0 to 1, as it is. `crossed`: an answer that
 * was not asked for may have crossed the request on its way, and then nothing tells it from the right one.
 */
export type Respond = (
  request: ReceivedRequest,
  crossed: boolean,
) => { readonly ops: readonly Op[]; sent?(part: number): void };

/** Within this time a client will have seen what was sent on a connection that is idle. */
const crossingMs = 200;

/** A server on loopback that speaks HTTP/1.1 by hand, so that it can break it anywhere. */
export class FaultServer {
  readonly #server: Server;
  /** The connections that the other side has not ended. */
  readonly #open = new Set<Socket>();
  readonly #sockets = new Set<Socket>();
  readonly #respond: Respond;
  /** What went wrong here. */
  readonly problems: string[] = [];
  /** How many answers are being given. */
  answering = 0;

  private constructor(respond: Respond) {
    this.#respond = respond;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#serve(socket));
  }

  static async listen(respond: Respond): Promise<FaultServer> {
    const server = new FaultServer(respond);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections the other side has made and not ended. */
  get openConnections(): number {
    return this.#open.size;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }

  #serve(socket: Socket): void {
    const reader = new RequestReader();
    const queue: ReceivedRequest[] = [];
    let busy = false;
    let unaskedAt = Number.NEGATIVE_INFINITY;
    this.#sockets.add(socket);
    this.#open.add(socket);
    const ended = () => this.#open.delete(socket);
    const work = async () => {
      if (busy) return;
      busy = true;
      for (let request = queue.shift(); request !== undefined; request = queue.shift()) {
        const { ops, sent } = this.#respond(request, performance.now() - unaskedAt < crossingMs);
        this.answering++;
        await play(socket, ops, sent);
        this.answering--;
        if (ops.some((op) => op.type === "unasked")) unaskedAt = performance.now();
      }
      busy = false;
    };
    socket.on("data", (piece) => {
      try {
        queue.push(...reader.feed(piece));
      } catch (error) {
        if (reader.holds(runHeader)) this.problems.push(String(error));
        socket.destroy();
        return;
      }
      work().catch((error) => this.problems.push(String(error)));
    });
    socket.on("end", () => {
      ended();
      socket.end();
    });
    socket.on("error", ended);
    socket.on("close", () => {
      ended();
      this.#sockets.delete(socket);
    });
  }
}

async function play(socket: Socket, ops: readonly Op[], sent?: (part: number) => void): Promise<void> {
  for (const [index, op] of ops.entries()) {
    if (socket.destroyed) return;
    switch (op.type) {
      case "write":
      case "unasked":
        await write(socket, op.bytes);
        break;
      case "pause":
        await (op.milliseconds === 0 ? setImmediate() : setTimeout(op.milliseconds));
        break;
      case "reset":
        socket.resetAndDestroy();
        break;
      case "end":
        socket.end();
        break;
      case "deaf":
        socket.pause();
        break;
      case "hold":
        if (!socket.destroyed) await once(socket, "close").catch(() => undefined);
        break;
      case "flood":
        while (!socket.destroyed && socket.writable) {
          await write(socket, op.bytes);
          await (op.everyMs === 0 ? setImmediate() : setTimeout(op.everyMs));
        }
        break;
    }
    sent?.((index + 1) / ops.length);
  }
}

/** Resolves when more may be written. */
async function write(socket: Socket, bytes: Buffer): Promise<void> {
  if (!socket.writable || socket.write(bytes)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const settle = () => {
    socket.off("drain", settle);
    socket.off("close", settle);
    resolve();
  };
  socket.once("drain", settle);
  socket.once("close", settle);
  await promise;
}
