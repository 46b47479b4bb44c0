import { writeFileSync } from "node:fs";
import { invariants } from "./checks/violation.ts";
import { type Breach, carryOut } from "./crew/crew.ts";
import { Figures } from "./figures.ts";
import type { Options } from "./options.ts";
import type { RunName } from "./play/leftovers.ts";
import { replay } from "./replay.ts";

/** Megabytes that the heap of a process may grow by, once it is warm. */
const growthLimit = 4;

/** Carries out what the options ask for and reports it. Returns the exit code. */
export async function chaos(options: Options): Promise<number> {
  const { seeds, only, maxViolations, json } = options;
  const names = namesOf(options);
  console.log(`Chaos: ${names.length} runs of seed ${seeds.join(" and of seed ")}.`);
  const [first] = names;
  if (only?.length === 1 && first !== undefined) console.log(await replay(first));
  const start = performance.now();
  const figures = new Figures();
  const breaches: Breach[] = [];
  const breached = (breach: Breach) => {
    breaches.push(breach);
    console.error(`VIOLATED  ${tellBreach(breach)}`);
    return breaches.length < maxViolations;
  };
  await carryOut(names, {
    ended(_, outcome) {
      figures.add(outcome);
      return true;
    },
    breached,
    heap: (worker, bytes, done) => figures.addHeap(worker, bytes, done),
  });
  const { growth = 0 } = figures;
  if (growth > growthLimit) breached(breachOf("nothing kept", `the heap grew by ${growth.toFixed(1)} MB`));
  if (breaches.length === 0 && figures.runs < names.length) {
    breached(breachOf("no hang", `${names.length - figures.runs} runs have not ended`));
  }
  console.log(`${figures.report()}\ntime          ${Math.round((performance.now() - start) / 1000)} s`);
  const held = Object.keys(invariants).length;
  console.log(breaches.length === 0 ? `All ${held} invariants held.` : `${breaches.length} violation(s).`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ runs: figures.runs, breaches }, undefined, 2)}\n`);
  return breaches.length === 0 ? 0 : 1;
}

/** The runs are shared out among the seeds. */
function namesOf({ seeds, runs, only }: Options): readonly RunName[] {
  const share = Math.ceil(runs / seeds.length);
  return seeds.flatMap((seed, index) => {
    const numbers = only ?? Array.from({ length: Math.min(share, runs - index * share) }, (_, run) => run);
    return numbers.map((run) => ({ seed, run }));
  });
}

function breachOf(invariant: Breach["violation"]["invariant"], detail: string): Breach {
  return { violation: { invariant, detail }, runs: [] };
}

function tellBreach({ violation: { invariant, detail }, runs }: Breach): string {
  const [first] = runs;
  const numbers = runs.filter(({ seed }) => seed === first?.seed).map(({ run }) => run);
  const again = first === undefined ? "" : `\n          pnpm chaos --seed ${first.seed} --run ${numbers.join(",")}`;
  return `${invariant}: ${detail}${again}`;
}
