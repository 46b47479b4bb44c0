import { parseArgs } from "node:util";
import type { Scale } from "./cases.ts";
import { type Wire, wires } from "./wire.ts";

export interface Options {
  readonly wires: readonly Wire[];
  /** Groups of cases; all when empty. */
  readonly cases: readonly string[];
  readonly rounds: number;
  readonly warmUp: number;
  readonly scale: Scale;
  readonly json: string | undefined;
}

export const usage = `Usage: pnpm bench [options]

  --wire A,B    only these: chat-completions, converse (Amazon Bedrock)
  --case A,B    only these: long, mixed, short, concurrent, paced, tool-loop, arguments, memory, slow-consumer, import,
                endurance
  --rounds N    rounds that count, after two that do not (default 7)
  --quick       one small round of each: shows that the benchmark works, and no figure worth reading
  --json FILE   writes every round to FILE as well
  --help`;

export const groups = [
  "long",
  "mixed",
  "short",
  "concurrent",
  "paced",
  "tool-loop",
  "arguments",
  "memory",
  "slow-consumer",
  "import",
  "endurance",
] as const;

export type Group = (typeof groups)[number];

/** Throws an `Error` that says what is wrong; `undefined` stands for `--help`. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: {
      wire: { type: "string" },
      case: { type: "string" },
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const cases = values.case?.split(",") ?? [];
  for (const name of cases) {
    if (!groups.some((group) => group === name)) throw new Error(`no case is called "${name}"`);
  }
  const asked = values.wire?.split(",") ?? wires;
  for (const name of asked) {
    if (!wires.some((wire) => wire === name)) throw new Error(`no wire is called "${name}"`);
  }
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 7));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds takes a whole number above 0");
  return {
    wires: wires.filter((wire) => asked.includes(wire)),
    cases,
    rounds,
    warmUp: values.quick ? 0 : 2,
    scale: values.quick ? "quick" : "full",
    json: values.json,
  };
}
