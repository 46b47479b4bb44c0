import { setTimeout } from "node:timers/promises";
import type { Violation } from "../checks/violation.ts";
import { planOf } from "../plan/plan.ts";
import { currentRun, type RunName, watchLeftovers } from "../play/leftovers.ts";
import { type PlayedRun, playRun, warmUp } from "../play/play-run.ts";
import { Prints } from "../play/prints.ts";
import type { Order, Report } from "./messages.ts";

/** How many runs go on at the same time in a process. */
const atOnce = 24;
/** After how many runs all are let end, to see what they leave in memory. */
const perRound = 500;

const prints = new Prints();
const underWay = new Set<RunName>();

const tell = (report: Report) => process.send?.(report);

function tellStray(what: string, error: unknown): void {
  const name = currentRun()?.name;
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const violation: Violation = { invariant: "no stray rejection", detail: `${what}: ${words.slice(0, 600)}` };
  tell({ type: "violation", violation, runs: name === undefined ? [...underWay] : [name] });
}

process.on("unhandledRejection", (reason) => tellStray("rejection", reason));
process.on("uncaughtException", (error) => tellStray("exception", error));
process.on("warning", (warning) => tellStray("warning", warning));
process.on("disconnect", () => process.exit());
process.on("message", (order: Order) => {
  carryOut(order.runs).then(() => tell({ type: "idle" }));
});
watchLeftovers();
prints.watch();

async function carryOut(runs: readonly RunName[]): Promise<void> {
  await warmUp();
  for (let first = 0; first < runs.length; first += perRound) {
    const round = runs.slice(first, first + perRound);
    const resources = kept();
    const made = await playRound(round);
    await collect(round, made);
    tell({ type: "heap", bytes: process.memoryUsage().heapUsed, runs: first + round.length });
    const printed = prints.others.splice(0).join("");
    if (printed !== "") tellLeft({ invariant: "no output", detail: printed.slice(0, 300) }, round);
    for (const [kind, count] of kept()) {
      const before = resources.get(kind) ?? 0;
      if (count > before)
        tellLeft({ invariant: "nothing left", detail: `${count - before} more ${kind} than before` }, round);
    }
  }
}

async function playRound(round: readonly RunName[]): Promise<readonly (readonly [RunName, WeakRef<object>])[]> {
  const made: (readonly [RunName, WeakRef<object>])[] = [];
  const queue = [...round];
  const work = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const played = await playOne(name);
      for (const object of played.made) made.push([name, object]);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return made;
}

async function playOne(name: RunName): Promise<Pick<PlayedRun, "made">> {
  underWay.add(name);
  tell({ type: "begun", ...name });
  const { made, endings, faults, requests, milliseconds, violations } = await playRun(
    planOf(name.seed, name.run),
    prints,
  );
  underWay.delete(name);
  tell({ type: "ended", ...name, outcome: { endings, faults, requests, milliseconds, violations } });
  return { made };
}

/** Sees that nothing is kept of the runs. */
async function collect(
  round: readonly RunName[],
  made: readonly (readonly [RunName, WeakRef<object>])[],
): Promise<void> {
  for (let looks = 0; looks < 20; looks++) {
    // A turn of its own: what was looked at in this one is kept until it ends.
    await setTimeout(looks === 0 ? 20 : 100);
    globalThis.gc?.();
    if (made.every(([, object]) => object.deref() === undefined)) return;
  }
  const names = new Map(made.flatMap(([name, object]) => (object.deref() === undefined ? [] : [[name.run, name]])));
  const violation: Violation = {
    invariant: "nothing kept",
    detail: `${names.size} of ${round.length} runs are still in memory`,
  };
  tellLeft(violation, [...names.values()]);
}

function tellLeft(violation: Violation, runs: readonly RunName[]): void {
  tell({ type: "violation", violation, runs });
}

/** What keeps the process alive, by kinds. */
function kept(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
