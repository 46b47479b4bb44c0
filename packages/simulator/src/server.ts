import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Outlet } from "./delivery.ts";
import type { ExchangeContext } from "./exchange.ts";
import { exchange } from "./exchange.ts";
import type { Fault } from "./faults.ts";
import { FaultQueue } from "./faults.ts";
import type { SimulatorModel } from "./models.ts";
import { DEFAULT_MODELS, listModels } from "./models.ts";
import type { LogEntry, RecordedRequest } from "./request-log.ts";
import { RequestLog } from "./request-log.ts";
import type { Script } from "./script.ts";
import { ScriptQueue } from "./script.ts";
import type { AwsCredentials } from "./wires/wire.ts";

export interface SimulatorOptions {
  /** Port on 127.0.0.1. Default 0: any free one. */
  readonly port?: number;
  /** The key that requests have to carry. Default: none is asked for, and any is taken. */
  readonly apiKey?: string;
  /** What requests to the Bedrock endpoints may be signed with, in place of carrying `apiKey`. Default: no signature is verified. */
  readonly awsCredentials?: AwsCredentials;
  /** Models listed and answered for. Default: `simulator`, and one `simulator:…` for each fault to try by hand. */
  readonly models?: readonly (string | SimulatorModel)[];
  /** Answers queued from the start. */
  readonly script?: readonly Script[];
  /** Faults queued from the start. */
  readonly fault?: Fault | readonly Fault[];
  /** Chunks a second of a stream, one chunk being about a token. Default: as fast as the client reads. */
  readonly tokensPerSecond?: number;
}

/** A running model gateway. */
export interface Simulator extends AsyncDisposable {
  /** Base address, such as `http://127.0.0.1:8080/v1`. */
  readonly url: string;
  /** The latest requests, oldest first: at most 1,000, fewer where their bodies came to more than 64 MB. Live. */
  readonly requests: readonly RecordedRequest[];
  /** How many requests are being received or answered at the moment. */
  readonly openRequests: number;
  /** How many connections are open at the moment, idle ones included. */
  readonly openConnections: number;
  /** Queues answers, each for one completion request; when none is left, the rule-based model answers again. */
  script(...answers: readonly Script[]): void;
  /** Queues faults, one for each of the next completion requests; `times` makes one last. */
  fault(...faults: readonly Fault[]): void;
  /** Forgets recorded requests, queued answers and queued faults. Exchanges under way go on. */
  reset(): void;
  /**
   * Closes the connections on which nothing is under way, as servers do with those that were idle for long. `how`: in
   * the orderly way (`end`, the default), or by a `reset`.
   */
  hangUp(how?: "end" | "reset"): void;
  /** Stops at once: connections are closed, streams that are under way too. */
  close(): Promise<void>;
}

/**
 * Starts a model gateway on 127.0.0.1. Rejects with Node's error where the port cannot be had, and with a `TypeError`
 * for options that make no sense.
 */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, tokensPerSecond = Number.POSITIVE_INFINITY } = options;
  if (!(tokensPerSecond > 0)) throw new TypeError(`tokensPerSecond is a number above 0, not ${tokensPerSecond}.`);
  const log = new RequestLog();
  const scripts = new ScriptQueue();
  const faults = new FaultQueue();
  for (const script of options.script ?? []) scripts.add(script);
  for (const fault of [options.fault ?? []].flat()) faults.add(fault);

  let serial = 0;
  const context: ExchangeContext = {
    keys: { apiKey: options.apiKey, awsCredentials: options.awsCredentials },
    models: listModels(options.models ?? DEFAULT_MODELS),
    intervalMs: 1000 / tokensPerSecond,
    log,
    scripts,
    faults,
    nextSerial: () => ++serial,
  };

  const open = new Map<AbortController, Socket>();
  const sockets = new Set<Socket>();
  let closed: Promise<void> | undefined;
  const server = createServer((request, response) => {
    const entry: LogEntry = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: undefined,
      closedByClient: false,
    };
    log.add(entry);
    const controller = new AbortController();
    const outlet: Outlet = { response, signal: controller.signal, brokenOff: false };
    open.set(controller, request.socket);
    response.on("close", () => {
      open.delete(controller);
      if (!response.writableFinished && !outlet.brokenOff && closed === undefined) entry.closedByClient = true;
      controller.abort();
    });
    // Nobody is left to tell once the connection is gone.
    exchange(request, outlet, entry, context).catch(() => response.destroy());
  });

  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });

  const close = (): Promise<void> => {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve());
      // The server reports its end before its responses do; no exchange is to outlive it.
      for (const controller of open.keys()) controller.abort();
      server.closeAllConnections();
    });
    return closed;
  };

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests: log.entries,
    get openRequests() {
      return open.size;
    },
    get openConnections() {
      return sockets.size;
    },
    script: (...answers) => {
      for (const answer of answers) scripts.add(answer);
    },
    fault: (...added) => {
      for (const fault of added) faults.add(fault);
    },
    reset: () => {
      log.clear();
      scripts.clear();
      faults.clear();
    },
    hangUp: (how = "end") => {
      const busy = new Set(open.values());
      for (const socket of sockets) {
        if (busy.has(socket)) continue;
        if (how === "reset") socket.resetAndDestroy();
        else socket.destroy();
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
