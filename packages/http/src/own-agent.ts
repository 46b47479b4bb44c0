import { limits } from "./limits.ts";
import type { Dispatcher, Undici } from "./undici.ts";

/** As much of a socket as it takes to give it up. */
interface Connecting {
  destroy(error: Error): void;
}

/** An agent of one's own, which leaves the program's global one as it is. HTTP/1.1: see docs/decisions/http-1.md. */
export class OwnAgent {
  readonly dispatcher: Dispatcher;
  readonly #connecting = new Set<unknown>();

  constructor({ Agent, buildConnector }: Undici) {
    // How long connecting may take is each exchange's to say, and may be longer than what undici would allow.
    const connect = buildConnector({ allowH2: false, timeout: 0 });
    this.dispatcher = new Agent({
      allowH2: false,
      keepAliveTimeout: limits.keepAliveMs,
      connect: (options, callback) => {
        // undici returns the socket, though its types say that it returns nothing.
        const socket: unknown = connect(options, (...result) => {
          this.#connecting.delete(socket);
          callback(...result);
        });
        this.#connecting.add(socket);
      },
    });
  }

  /** Gives up all connections that are being made, as nobody waits for one any more: they would keep the program alive. */
  stopConnecting(): void {
    for (const socket of this.#connecting) {
      if (canBeGivenUp(socket)) socket.destroy(new Error("Nobody waits for this connection any more."));
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
