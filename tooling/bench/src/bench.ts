import { argumentKilobytes, casesOf } from "./cases.ts";
import { type Contestant, versionsOf } from "./contestants/list.ts";
import { endureAll } from "./endurance/endure.ts";
import { type Import, measureImport } from "./measure/import-time.ts";
import { measureFresh, measureRounds } from "./measure/rounds.ts";
import { measureSlowConsumer } from "./measure/slow-consumer.ts";
import type { Group, Options } from "./options.ts";
import { environment, type Results, type WireResults } from "./results.ts";
import type { Wire } from "./wire.ts";

/** Measures what the options select, one thing at a time. */
export async function bench(
  options: Options,
  contestants: readonly Contestant[],
  origin: string,
  say: (line: string) => void,
): Promise<Results> {
  const found: WireResults[] = [];
  for (const wire of options.wires) {
    const some = contestants.filter((contestant) => contestant.wire === wire);
    found.push(await benchWire(wire, options, some, origin, (line) => say(`${wire}, ${line}`)));
  }
  const { scale, rounds, cases, wires } = options;
  const wanted = (cases.length === 0 || cases.includes("endurance")) && wires.includes("chat-completions");
  const endurance = wanted ? await endureAll(scale, origin, say) : undefined;
  return { environment: environment(), scale, rounds, wires: found, endurance };
}

async function benchWire(
  wire: Wire,
  options: Options,
  contestants: readonly Contestant[],
  origin: string,
  say: (line: string) => void,
): Promise<WireResults> {
  const { scale, rounds, warmUp } = options;
  const wanted = (group: Group | string) => options.cases.length === 0 || options.cases.includes(group);
  const cases = casesOf(wire, scale);
  const results: WireResults = {
    wire,
    contestants: contestants.map((one) => ({ id: one.id, title: one.title, versions: versionsOf(one) })),
    timed: [],
    memory: undefined,
    slowConsumer: undefined,
    imports: undefined,
  };

  for (const what of cases.filter(({ group }) => wanted(group))) {
    say(`${what.id}: ${what.title}`);
    const found = await measureRounds(what, contestants, origin, { warmUp, rounds });
    const { id, group, title } = what;
    results.timed.push({ id, group, title, kilobytes: argumentKilobytes(what), rounds: found });
  }

  const concurrent = cases.find(({ id }) => id === "concurrent");
  if (wanted("memory") && concurrent !== undefined) {
    say("memory: one round of concurrent in a fresh process");
    const repeats = scale === "quick" ? 1 : 3;
    results.memory = await each(contestants, (one) => repeat(repeats, () => measureFresh(concurrent, one, origin)));
  }

  if (wanted("slow-consumer")) {
    say("slow-consumer: a long answer whose reader pauses");
    results.slowConsumer = await each(contestants, (one) => measureSlowConsumer(one, origin, scale));
  }

  if (wanted("import")) {
    say("import: packages loaded in a fresh process");
    results.imports = await measureImports(contestants, rounds);
  }
  return results;
}

async function measureImports(contestants: readonly Contestant[], rounds: number) {
  const imports = contestants.flatMap(({ packages, folder }) => importsOf(packages, folder));
  const found = imports.map(({ title }) => ({ title, times: [] as number[] }));
  // The first pass brings the files into the system's cache and does not count.
  for (let n = -1; n < rounds; n += 1) {
    for (const [at, one] of imports.entries()) {
      const time = await measureImport(one);
      if (n >= 0) found[at]?.times.push(time);
    }
  }
  return found;
}

/** Core is loaded by everyone and has a row of its own. */
function importsOf(packages: readonly string[], folder: URL): Import[] {
  const core = "@waygate/core";
  const whole = { title: packages.join(" + "), packages, folder };
  return packages.includes(core) ? [{ title: core, packages: [core], folder }, whole] : [whole];
}

async function each<T>(contestants: readonly Contestant[], measure: (one: Contestant) => Promise<T>) {
  const found: Record<string, T> = {};
  for (const contestant of contestants) found[contestant.id] = await measure(contestant);
  return found;
}

async function repeat<T>(times: number, measure: () => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  for (let n = 0; n < times; n += 1) found.push(await measure());
  return found;
}
