import { fork } from "node:child_process";
import type { Scale } from "../cases.ts";
import { type Endured, enduranceId, type Trial, trialsOf } from "./trial.ts";

/** Carries all trials out, one after the other, each in a process of its own. */
export async function endureAll(
  scale: Scale,
  origin: string,
  say: (line: string) => void,
): Promise<readonly Endured[]> {
  const endured: Endured[] = [];
  for (const trial of trialsOf(scale)) {
    say(`endurance, ${trial.id}: ${trial.title}`);
    endured.push(await endureOne(trial, `${origin}/chat-completions/${enduranceId}/v1`));
  }
  return endured;
}

function endureOne(trial: Trial, apiUrl: string): Promise<Endured> {
  const child = fork(new URL("./client.ts", import.meta.url), [JSON.stringify(trial), apiUrl], {
    execArgv: [...process.execArgv, "--expose-gc"],
    // Stdout belongs to the report.
    stdio: ["ignore", 2, 2, "ipc"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as Endured));
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`${trial.id}: its process ended with ${code ?? signal}`)));
  });
}
