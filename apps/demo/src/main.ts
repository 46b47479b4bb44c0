import "reflect-metadata";
import type { DependencyContainer } from "tsyringe";
import { type Arguments, parseArguments } from "./arguments.ts";
import { compose } from "./container.ts";
import { type ExitCode, exitCode, exitCodeOfError } from "./exit-code.ts";
import { helpText, versionText } from "./help.ts";
import { errorLine } from "./json-output.ts";
import { Interrupts } from "./terminal/interrupts.ts";
import { printable } from "./terminal/printable.ts";
import { tokens } from "./tokens.ts";

const { stdin, stdout, stderr, env: environment } = process;
const interrupts = new Interrupts(() => leave(exitCode.interrupted));
process.on("SIGINT", () => interrupts.press());
// A closed terminal or a kind `kill`: the handlers of "exit" still end the commands that run.
process.on("SIGTERM", () => leave(143));
process.on("SIGHUP", () => leave(129));
// `waygate chat … | head`: whoever read has enough.
for (const stream of [stdout, stderr]) stream.on("error", () => leave(exitCode.ok));

const code = await main();
// Where writing to a pipe does not wait for the reader, what is written last would be lost.
await new Promise((resolve) => stdout.write("", resolve));
leave(code);

async function main(): Promise<ExitCode> {
  let given: Arguments | undefined;
  try {
    given = parseArguments(process.argv.slice(2), process.cwd());
    if (given.help || given.version) {
      stdout.write(given.help ? helpText(environment) : `${versionText()}\n`);
      return exitCode.ok;
    }
    const host = { stdin, stdout, stderr, environment };
    return await runCommand(compose({ host, arguments: given, interrupts }), given);
  } catch (error) {
    if (given?.json === true) stdout.write(errorLine(error));
    stderr.write(`error: ${printable(error instanceof Error ? error.message : String(error))}\n`);
    return exitCodeOfError(error);
  }
}

async function runCommand(container: DependencyContainer, given: Arguments): Promise<ExitCode> {
  const registry = container.resolve(tokens.registry);
  const simulator = container.resolve(tokens.simulator);
  try {
    return await container.resolve(tokens.commands)[given.command]();
  } finally {
    await simulator.close();
    await registry.close();
  }
}

function leave(code: number): void {
  if (stdin.isTTY) stdin.setRawMode(false);
  process.exit(code);
}
