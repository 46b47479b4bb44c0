import { parentPort } from "node:worker_threads";
import { doMatchJob, type MatchJob } from "./match-job.ts";

/** What the thread answers to a job. */
export type MatchAnswer =
  | {
      readonly type: "done";
      readonly value: ReturnType<typeof doMatchJob>;
      /** How long the thread worked, in milliseconds. */
      readonly milliseconds: number;
    }
  /** The engine refused the expression: a `SyntaxError`, or a `RangeError` for one that is too large. */
  | { readonly type: "failed"; readonly error: unknown };

parentPort?.on("message", (job: MatchJob) => {
  parentPort?.postMessage(answer(job));
});
parentPort?.postMessage("ready");

function answer(job: MatchJob): MatchAnswer {
  const start = performance.now();
  try {
    return { type: "done", value: doMatchJob(job), milliseconds: performance.now() - start };
  } catch (error) {
    return { type: "failed", error };
  }
}
