import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { addTally, emptyTally } from "../answer.ts";
import type { Client, OpenClient } from "../contestants/contestant.ts";
import type { Job, Order, Pause, Reply, Round } from "./job.ts";
import { peakBytes } from "./peak.ts";

// The process in which one contestant does one case, round after round, when it is told to.

process.on("disconnect", () => process.exit());
const job = JSON.parse(process.argv[2] ?? "") as Job;

try {
  const { default: open } = (await import(job.module)) as { default: OpenClient };
  const client = await open(job.apiUrl);
  process.on("message", (order: Order) => {
    answer(client, order).then(reply, fail);
  });
  reply({ type: "ready" });
} catch (error) {
  fail(error);
}

async function answer(client: Client, order: Order): Promise<Reply> {
  if (order.type === "pause") return { type: "pause", ...(await pause(client, order.readBefore, order.pauseMs)) };
  return { type: "round", ...(await round(client)) };
}

async function round(client: Client): Promise<Round> {
  const startBytes = process.memoryUsage.rss();
  let waiting = job.requests;
  let tally = emptyTally();
  const work = async () => {
    while (waiting > 0) {
      waiting -= 1;
      const found = job.loop ? await client.loop?.() : await client.answer(job.offerTool);
      if (found === undefined) throw new Error("this contestant has no tool loop");
      tally = addTally(tally, found);
    }
  };
  const cpu = process.cpuUsage();
  const from = performance.now();
  await Promise.all(Array.from({ length: job.parallel }, work));
  const wallMs = performance.now() - from;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000, startBytes, peakBytes: peakBytes(), tally };
}

async function pause(client: Client, readBefore: number, pauseMs: number): Promise<Pause> {
  const startBytes = process.memoryUsage.rss();
  let found: Pause | undefined;
  await client.pause(readBefore, async () => {
    await sleep(pauseMs);
    found = { sentBytes: await askSent(), startBytes, endBytes: process.memoryUsage.rss() };
  });
  if (found === undefined) throw new Error("the stream ended before the pause");
  return found;
}

function askSent(): Promise<number> {
  return new Promise((resolve, reject) => {
    get(`${job.origin}/sent`, { agent: false }, (response) => {
      response.setEncoding("utf8").on("data", (text: string) => resolve(Number(text)));
    }).on("error", reject);
  });
}

function reply(message: Reply): void {
  process.send?.(message);
}

function fail(error: unknown): void {
  reply({ type: "failed", why: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
