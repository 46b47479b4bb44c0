import { casesOf } from "./cases.ts";
import { type Contestant, contestants, isInstalled } from "./contestants/list.ts";
import { ClientProcess } from "./measure/child.ts";
import { jobOf } from "./measure/rounds.ts";
import type { Options } from "./options.ts";

/** Who can take part. A peer may be absent; anybody else who cannot be loaded is a failure, told apart from the rest. */
export async function admit(options: Options, origin: string, say: (line: string) => void) {
  const admitted: Contestant[] = [];
  const failed: Contestant[] = [];
  const missing: Contestant[] = [];
  for (const contestant of contestants.filter(({ wire }) => options.wires.includes(wire))) {
    if (contestant.peer && !isInstalled(contestant)) missing.push(contestant);
    else if (await loads(contestant, options, origin, say)) admitted.push(contestant);
    else failed.push(contestant);
  }
  if (missing.length > 0) {
    say(`Not installed: ${[...new Set(missing.map(({ title }) => title))].join(", ")}. To compare with them too:`);
    say("  pnpm --filter @waygate/bench bench:peers");
  }
  return { admitted, failed };
}

async function loads(
  contestant: Contestant,
  { scale }: Options,
  origin: string,
  say: (line: string) => void,
): Promise<boolean> {
  const [what] = casesOf(contestant.wire, scale);
  if (what === undefined) return false;
  try {
    const client = await ClientProcess.start(jobOf(what, contestant, origin));
    client.stop();
    return true;
  } catch (error) {
    say(`Skipped: ${contestant.title} cannot be loaded. ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}
