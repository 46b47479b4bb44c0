import { limits } from "./limits.ts";
import type { Dispatcher, Undici } from "./undici.ts";

/** The part of a socket that is needed to destroy it. */
interface Connecting {
  destroy(error: Error): void;
}

/** An own undici agent; the program's global one stays as it is. HTTP/1.1: see docs/decisions/http-1.md. */
export class OwnAgent {
  readonly dispatcher: Dispatcher;
  readonly #connecting = new Set<unknown>();

  constructor({ Agent, buildConnector }: Undici) {
    // Each exchange has its own deadline for connecting, which may be longer than undici's.
    const connect = buildConnector({ allowH2: false, timeout: 0 });
    this.dispatcher = new Agent({
      allowH2: false,
      keepAliveTimeout: limits.keepAliveMs,
      connect: (options, callback) => {
        // undici returns the socket, although its types say `void`.
        const socket: unknown = connect(options, (...result) => {
          this.#connecting.delete(socket);
          callback(...result);
        });
        this.#connecting.add(socket);
      },
    });
  }

  /** Destroys all connections that are being made. No exchange waits for one, and they would keep the program alive. */
  stopConnecting(): void {
    for (const socket of this.#connecting) {
      if (canBeGivenUp(socket)) socket.destroy(new Error("The connection is not needed any more."));
    }
  }

  async close(): Promise<void> {
    this.stopConnecting();
    await this.dispatcher.destroy();
  }
}

function canBeGivenUp(socket: unknown): socket is Connecting {
  return typeof socket === "object" && socket !== null && "destroy" in socket;
}
