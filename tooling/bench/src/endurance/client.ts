import { createRegistry, type MessageInput, type PrepareStep, run } from "@waygate/core";
import openaiCompatible from "@waygate/openai-compatible";
import { apiKey, model, prompt, runTool, tool } from "../contestants/contestant.ts";
import { peakBytes } from "../measure/peak.ts";
import { median } from "../results.ts";
import type { Endured, Sample, Trial } from "./trial.ts";

// The process of one trial. Its arguments: the trial, and the address that answers it.

process.on("disconnect", () => process.exit());
const [trialJson = "", apiUrl = ""] = process.argv.slice(2);
const trial = JSON.parse(trialJson) as Trial;

const registry = createRegistry({
  plugins: [openaiCompatible],
  settings: {
    openai_compatible: { bench: { api_url: apiUrl, available_models: [{ name: model, max_tokens: 100_000_000 }] } },
  },
  credentials: () => apiKey,
  maxOpenStreams: Number.POSITIVE_INFINITY,
});
const gateway = registry.gateway("bench");
const tools = [{ ...tool, execute: async () => runTool() }];

/** The first message, and the latest: whole pairs of an answer and its result. */
const shorten: PrepareStep = ({ messages }) => {
  const { kept = Number.POSITIVE_INFINITY } = trial;
  if (messages.length <= kept) return undefined;
  return { messages: [...messages.slice(0, 1), ...messages.slice(1 - kept)] };
};

/** Takes a sample after each fifth of the steps. The time that collecting the garbage takes is not counted. */
class Samples {
  readonly #fifth = (trial.runs * trial.waves * trial.steps) / 5;
  readonly taken: Sample[] = [];
  #steps = 0;
  #cpu = process.cpuUsage();
  #from = performance.now();

  step(): void {
    this.#steps += 1;
    if (this.#steps % this.#fifth !== 0) return;
    const wallMs = performance.now() - this.#from;
    const { user, system } = process.cpuUsage(this.#cpu);
    this.taken.push({ steps: this.#steps, wallMs, cpuMs: (user + system) / 1000, heapBytes: settledHeap() });
    this.#cpu = process.cpuUsage();
    this.#from = performance.now();
  }
}

function settledHeap(): number {
  // The second time for what the first one let go of.
  for (let times = 0; times < 2; times += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

async function oneRun(maxSteps: number, onStep: () => void): Promise<readonly MessageInput[]> {
  const messages = [{ role: "user", content: prompt }] as const;
  const prepareStep = trial.kept === undefined ? undefined : shorten;
  const running = run({ gateway, model, messages, tools, maxSteps, prepareStep });
  let steps = 0;
  for await (const event of running) {
    if (event.type !== "step-end") continue;
    if (event.results.length !== 1 || event.results[0]?.isError === true)
      throw new Error("A tool was not carried out.");
    steps += 1;
    onStep();
  }
  if (steps !== maxSteps) throw new Error(`The run ended after ${steps} steps of ${maxSteps}.`);
  return running.messages;
}

async function endure(): Promise<Endured> {
  const startBytes = process.memoryUsage.rss();
  // What runs for the first time is slow, and leaves compiled code on the heap.
  await oneRun(100, () => undefined);
  const samples = new Samples();
  let history: readonly MessageInput[] = [];
  for (let wave = 0; wave < trial.waves; wave += 1) {
    const runs = await Promise.all(Array.from({ length: trial.runs }, () => oneRun(trial.steps, () => samples.step())));
    history = runs[0] ?? [];
  }
  const historyBytes = Buffer.byteLength(JSON.stringify(history));
  const times = Array.from({ length: 21 }, () => {
    const from = performance.now();
    JSON.stringify(history);
    return performance.now() - from;
  });
  return {
    trial,
    samples: samples.taken,
    startBytes,
    peakBytes: peakBytes(),
    historyBytes,
    stringifyMs: median(times),
  };
}

process.send?.(await endure());
await registry.close();
process.disconnect();
