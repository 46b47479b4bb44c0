import { chaos } from "./chaos.ts";
import { breakCode } from "./mutants/break-code.ts";
import { type Options, readOptions, usage } from "./options.ts";

let options: Options | undefined;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exit(2);
}
if (options === undefined) console.log(usage);
else process.exitCode = await (options.mutants ? breakCode(options.mutant) : chaos(options));
