import { parseArgs } from "node:util";

export interface Options {
  readonly seeds: readonly number[];
  /** How many runs there are, of all seeds together. */
  readonly runs: number;
  /** Only these runs of the seed. */
  readonly only: readonly number[] | undefined;
  /** After how many violations the rest is left. */
  readonly maxViolations: number;
  readonly verbose: boolean;
  readonly mutants: boolean;
  /** A part of the names of the mutants that are tried. */
  readonly mutant: string | undefined;
  /** Writes what was found to this file as well. */
  readonly json: string | undefined;
}

export const usage = `Usage: pnpm chaos [options]

  --runs N            how many runs (default 500)
  --seed N            what they are made of (default: half of them of 1, and half of a random seed, which is printed)
  --run A,B           only these runs of the seed; one alone tells its plan and all that happened
  --max-violations N  stops after so many (default 10)
  --mutants [NAME]    breaks the code in several ways, one after the other, and sees that each is found
  --json FILE         writes what was found to FILE as well
  --help`;

/** What half of the runs are made of where no seed is given. */
const fixedSeed = 1;

/** Throws an `Error` that says what is wrong; undefined stands for `--help`. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values, positionals } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    allowPositionals: true,
    options: {
      runs: { type: "string" },
      seed: { type: "string" },
      run: { type: "string" },
      "max-violations": { type: "string" },
      mutants: { type: "boolean", default: false },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  if (positionals.length > (values.mutants ? 1 : 0)) throw new Error(`"${positionals[0]}" is not an option`);
  const seed = values.seed === undefined ? undefined : count("--seed", values.seed, 0);
  const only = values.run?.split(",").map((run) => count("--run", run, 0));
  if (only !== undefined && seed === undefined) throw new Error("--run needs the --seed that the runs are of");
  return {
    seeds: seed === undefined ? [fixedSeed, Math.floor(Math.random() * 1e9)] : [seed],
    runs: count("--runs", values.runs ?? "500", 1),
    only,
    maxViolations: count("--max-violations", values["max-violations"] ?? "10", 1),
    verbose: only?.length === 1,
    mutants: values.mutants,
    mutant: positionals[0],
    json: values.json,
  };
}

function count(option: string, text: string, least: number): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < least) {
    throw new Error(`${option} must be a whole number of ${least} or more, not "${text}"`);
  }
  return number;
}
