import { tryMutants } from "./try-mutants.ts";

/** Sees that each of the mutants is found, and reports by what. `name`: a part of theirs. Returns the exit code. */
export async function breakCode(name?: string): Promise<number> {
  let missed = 0;
  for await (const { mutant, breach, runs, found } of tryMutants(name)) {
    if (!found) missed++;
    const shown =
      breach === undefined ? "nothing" : `${breach.violation.invariant}: ${shorten(breach.violation.detail)}`;
    console.log(`${found ? "found " : "MISSED"}  ${mutant.name}\n        within ${runs} runs, by ${shown}`);
  }
  console.log(missed === 0 ? "Every mutant was found." : `${missed} mutant(s) were not found as they should be.`);
  return missed === 0 ? 0 : 1;
}

function shorten(text: string): string {
  const [line = ""] = text.split("\n");
  return line.length <= 160 ? line : `${line.slice(0, 160)}…`;
}
