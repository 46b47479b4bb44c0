import { type ChildProcess, fork } from "node:child_process";
import type { Scale } from "../cases.ts";
import type { Job, Order, Pause, Reply, Round } from "./job.ts";

/** Far above anything measured here: what hangs is ended, with a word. */
const patienceMs = 300_000;

/** A client process, ended with `stop`, or by itself when this process goes. */
export class ClientProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(job: Job): Promise<ClientProcess> {
    const child = fork(new URL("./client.ts", import.meta.url), [JSON.stringify(job)], {
      // Stdout belongs to the report.
      stdio: ["ignore", 2, 2, "ipc"],
    });
    const client = new ClientProcess(child);
    try {
      await nextMessage(client.#child);
    } catch (error) {
      client.stop();
      throw error;
    }
    return client;
  }

  async round(): Promise<Round> {
    const reply = await this.#ask({ type: "round" });
    if (reply.type !== "round") throw new Error(`a client answered a round with "${reply.type}"`);
    return reply;
  }

  async pause(readBefore: number, pauseMs: number): Promise<Pause> {
    const reply = await this.#ask({ type: "pause", readBefore, pauseMs });
    if (reply.type !== "pause") throw new Error(`a client answered a pause with "${reply.type}"`);
    return reply;
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }

  #ask(order: Order): Promise<Reply> {
    const reply = nextMessage(this.#child);
    this.#child.send(order);
    return reply;
  }
}

export interface ServerProcess {
  readonly origin: string;
  stop(): void;
}

export async function startServerProcess(scale: Scale): Promise<ServerProcess> {
  const child = fork(new URL("../server/process.ts", import.meta.url), [scale]);
  const origin = await new Promise<string>((resolve, reject) => {
    child.once("message", (message) => resolve(String(message)));
    child.once("exit", (code) => reject(new Error(`the server process ended with ${code}`)));
  });
  return { origin, stop: () => child.kill("SIGKILL") };
}

function nextMessage(child: ChildProcess): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      child.off("message", onMessage);
      child.off("exit", onExit);
    };
    const onMessage = (message: unknown) => {
      settle();
      const reply = message as Reply;
      if (reply.type === "failed") reject(new Error(reply.why));
      else resolve(reply);
    };
    const onExit = (code: number | null, signal: string | null) => {
      settle();
      reject(new Error(`the client process ended with ${code ?? signal}`));
    };
    const timer = setTimeout(() => {
      settle();
      reject(new Error(`no answer within ${patienceMs / 1000} s`));
    }, patienceMs);
    child.on("message", onMessage);
    child.on("exit", onExit);
  });
}
