import { writeFileSync } from "node:fs";
import { admit } from "./admit.ts";
import { bench } from "./bench.ts";
import { yardstickOf } from "./contestants/list.ts";
import { leakOf } from "./endurance/trial.ts";
import { startServerProcess } from "./measure/child.ts";
import { type Options, readOptions, usage } from "./options.ts";
import { report } from "./report.ts";

// The report goes to stdout, everything else to stderr.
const say = (line: string) => process.stderr.write(`${line}\n`);

let options: Options | undefined;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  say(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exit(2);
}
if (options === undefined) console.log(usage);
else process.exitCode = await main(options);

async function main(options: Options): Promise<number> {
  const server = await startServerProcess(options.scale);
  try {
    const { admitted, failed } = await admit(options, server.origin, say);
    if (!options.wires.every((wire) => admitted.includes(yardstickOf(wire)))) return 1;
    const results = await bench(options, admitted, server.origin, say);
    console.log(report(results));
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
    const leaks = (results.endurance ?? []).flatMap((endured) => leakOf(endured) ?? []);
    for (const leak of leaks) say(`Memory is lost: ${leak}`);
    return failed.length + leaks.length === 0 ? 0 : 1;
  } finally {
    server.stop();
  }
}
