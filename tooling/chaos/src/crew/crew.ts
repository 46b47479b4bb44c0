import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import type { Violation } from "../checks/violation.ts";
import type { RunName } from "../play/leftovers.ts";
import type { RunOutcome } from "../play/play-run.ts";
import type { Order, Report } from "./messages.ts";

/** A worker that says nothing for so long hangs as a whole. */
const silenceMs = 200_000;

export interface Breach {
  readonly violation: Violation;
  /** The run, or those among which it is. */
  readonly runs: readonly RunName[];
}

/** Told what the workers report, as it comes. Returns false to have them stop. */
export interface Listener {
  ended(name: RunName, outcome: RunOutcome): boolean;
  breached(breach: Breach): boolean;
  heap(worker: number, bytes: number, runs: number): void;
}

/** Has runs carried out by several processes, and resolves when they have all ended. */
export async function carryOut(runs: readonly RunName[], listener: Listener): Promise<void> {
  const count = Math.min(availableParallelism(), Math.ceil(runs.length / 20), 4);
  const shares = Array.from({ length: Math.max(1, count) }, (_, worker) =>
    runs.filter((_, index) => index % Math.max(1, count) === worker),
  );
  const workers: Worker[] = [];
  const stop = () => {
    for (const worker of workers) worker.stop();
  };
  for (const [index, share] of shares.entries()) workers.push(new Worker(index, share, listener, stop));
  await Promise.all(workers.map((worker) => worker.over));
}

class Worker {
  readonly #process: ChildProcess;
  readonly #number: number;
  readonly #listener: Listener;
  readonly #stopAll: () => void;
  readonly #underWay = new Map<string, RunName>();
  readonly over: Promise<void>;
  #stopped = false;
  #silence: NodeJS.Timeout | undefined;

  constructor(number: number, runs: readonly RunName[], listener: Listener, stopAll: () => void) {
    this.#number = number;
    this.#listener = listener;
    this.#stopAll = stopAll;
    const file = new URL("./worker.ts", import.meta.url);
    const execArgv = ["--conditions=waygate-source", "--expose-gc"];
    this.#process = fork(file, { execArgv, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#process.on("message", (report: Report) => this.#hear(report));
    const order: Order = { runs };
    this.#process.send(order);
    this.#listen();
    this.over = this.#ended();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#silence);
    this.#process.kill("SIGKILL");
  }

  async #ended(): Promise<void> {
    const [code, signal] = await once(this.#process, "exit");
    clearTimeout(this.#silence);
    if (this.#stopped) return;
    const detail = `the process of the runs ended with ${signal ?? `code ${code}`}`;
    this.#listener.breached({
      violation: { invariant: "no stray rejection", detail },
      runs: [...this.#underWay.values()],
    });
  }

  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const detail = `a process said nothing for ${silenceMs / 1000} s: its event loop is blocked`;
      this.#listener.breached({ violation: { invariant: "no hang", detail }, runs: [...this.#underWay.values()] });
      this.stop();
    }, silenceMs);
  }

  #hear(report: Report): void {
    if (this.#stopped) return;
    this.#listen();
    let goesOn = true;
    switch (report.type) {
      case "begun":
        this.#underWay.set(keyOf(report), { seed: report.seed, run: report.run });
        break;
      case "ended": {
        const { seed, run, outcome } = report;
        this.#underWay.delete(keyOf(report));
        goesOn = this.#listener.ended({ seed, run }, outcome);
        for (const violation of outcome.violations) {
          goesOn = this.#listener.breached({ violation, runs: [{ seed, run }] }) && goesOn;
        }
        break;
      }
      case "violation":
        goesOn = this.#listener.breached({ violation: report.violation, runs: report.runs });
        break;
      case "heap":
        this.#listener.heap(this.#number, report.bytes, report.runs);
        break;
      case "idle":
        this.stop();
        break;
    }
    if (!goesOn) this.#stopAll();
  }
}

function keyOf({ seed, run }: RunName): string {
  return `${seed}/${run}`;
}
