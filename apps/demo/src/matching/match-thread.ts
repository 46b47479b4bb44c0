import { Worker } from "node:worker_threads";
import type { MatchJob, MatchResults } from "./match-job.ts";
import type { MatchAnswer } from "./match-worker.ts";

// Node runs the source as it is; a build has JavaScript there.
const workerFile = new URL(`./match-worker.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);
/** In megabytes. An expression can also use up memory. */
const maxHeap = 256;

/** A job took longer than its limit and was stopped. */
export class MatchTimeout extends Error {
  override readonly name = "MatchTimeout";

  constructor(limitMs: number) {
    super(`Matching the pattern took longer than ${limitMs / 1000} s and was stopped.`);
  }
}

/** The result of a job, and how long the thread worked on it, in milliseconds. */
export interface Matched<Result> {
  readonly value: Result;
  readonly milliseconds: number;
}

/**
 * A thread that matches regular expressions. Some expressions take years on a short text; in a thread of their own they
 * block nothing and can be stopped. Jobs wait for each other. The thread starts with the first job, and does not keep
 * the program alive.
 */
export class MatchThread implements Disposable {
  #starting: Promise<Worker> | undefined;
  #worker: Worker | undefined;
  #previous: Promise<unknown> = Promise.resolve();

  /**
   * Does a job. Rejects with a `MatchTimeout` if the thread works on it for longer than `limitMs`, with the reason of
   * `signal` when that is aborted, and with a `SyntaxError` for an expression that is not valid.
   */
  run<Job extends MatchJob>(
    job: Job,
    limitMs: number,
    signal?: AbortSignal,
  ): Promise<Matched<MatchResults[Job["type"]]>> {
    const result = this.#previous.then(() => this.#run(job, limitMs, signal));
    this.#previous = result.catch(() => undefined);
    return result as Promise<Matched<MatchResults[Job["type"]]>>;
  }

  /** Stops the thread. A later job starts another. */
  [Symbol.dispose](): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#starting = undefined;
  }

  async #run(job: MatchJob, limitMs: number, signal: AbortSignal | undefined): Promise<Matched<unknown>> {
    signal?.throwIfAborted();
    let answer: MatchAnswer;
    try {
      this.#starting ??= this.#start();
      const worker = await this.#starting;
      signal?.throwIfAborted();
      worker.ref();
      answer = await answerOf(worker, job, limitMs, signal);
      worker.unref();
    } catch (error) {
      // What it works on may take years more.
      this[Symbol.dispose]();
      throw error;
    }
    if (answer.type === "failed") throw answer.error;
    return answer;
  }

  async #start(): Promise<Worker> {
    const resourceLimits = { maxOldGenerationSizeMb: maxHeap };
    const worker = new Worker(workerFile, { resourceLimits, execArgv: [], env: {} });
    this.#worker = worker;
    // Its first message says that it is ready: what starting takes is not the pattern's time.
    await new Promise((resolve, reject) => {
      worker.once("message", resolve).once("exit", () => reject(hasEnded()));
      worker.on("error", reject);
    });
    return worker;
  }
}

function hasEnded(): Error {
  return new Error("The thread that matches patterns has ended.");
}

function answerOf(
  worker: Worker,
  job: MatchJob,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<MatchAnswer> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      then();
    };
    const onMessage = (answer: MatchAnswer) => settle(() => resolve(answer));
    const onError = (error: unknown) => settle(() => reject(error));
    const onExit = () => settle(() => reject(hasEnded()));
    const onAbort = () => settle(() => reject(signal?.reason));
    // An answer that has arrived meanwhile is read first: a busy program is not the pattern's fault.
    const onTimeout = () => setImmediate(() => settle(() => reject(new MatchTimeout(limitMs))));
    const timer = setTimeout(onTimeout, limitMs);
    signal?.addEventListener("abort", onAbort);
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    worker.postMessage(job);
  });
}
