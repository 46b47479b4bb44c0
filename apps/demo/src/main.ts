import { type Arguments, parseArguments } from "./arguments.ts";
import { endProcess } from "./end-process.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { helpText, versionText } from "./help.ts";
import { exactText } from "./terminal/exact-text.ts";
import { Interrupts } from "./terminal/interrupts.ts";
import { wrapText } from "./terminal/word-wrap.ts";

const { stdin, stdout, stderr, env: environment } = process;
const interrupts = new Interrupts(() => leave(exitCode.interrupted, { atOnce: true }));
process.on("SIGINT", () => interrupts.press());
// A closed terminal or a kind `kill`: the handlers of "exit" still end the commands that run.
process.on("SIGTERM", () => leave(143, { atOnce: true }));
process.on("SIGHUP", () => leave(129, { atOnce: true }));
// `waygate chat … | head`: whoever read has enough.
for (const stream of [stdout, stderr]) stream.on("error", () => leave(exitCode.ok));

// A plugin's background work must not end what others do. Core and host install no such handler: only a program may.
process.on("unhandledRejection", async (error) => {
  const { backgroundFailure } = await import("./background-failure.ts");
  stderr.write(`warning: ${exactText(backgroundFailure(error))}\n`);
});

const code = await main();
// Where writing to a pipe does not wait for the reader, what is written last would be lost.
await new Promise((resolve) => stdout.write("", resolve));
leave(code);

async function main(): Promise<ExitCode> {
  let given: Arguments | undefined;
  try {
    given = parseArguments(process.argv.slice(2), process.cwd());
    if (given.help || given.version) {
      stdout.write(given.help ? helpText : `${versionText()}\n`);
      return exitCode.ok;
    }
    return await runCommand(given);
  } catch (error) {
    const [{ exitCodeOfError }, { errorLine }, { errorWords }] = await Promise.all([
      import("./exit-code-of-error.ts"),
      import("./json-output.ts"),
      import("./error-words.ts"),
    ]);
    if (given?.json === true) stdout.write(errorLine(error));
    const words = `error: ${exactText(errorWords(error))}`;
    stderr.write(`${stderr.isTTY ? wrapText(words, stderr.columns - 1, "       ") : words}\n`);
    return exitCodeOfError(error);
  }
}

/** Loads all that is needed to do something, which takes a while and is not needed to explain oneself. */
async function runCommand(given: Arguments): Promise<ExitCode> {
  await import("reflect-metadata");
  const [{ compose, dispose }, { tokens }] = await Promise.all([import("./container.ts"), import("./tokens.ts")]);
  const surroundings = { stdin, stdout, stderr, environment };
  const program = await compose({ surroundings, arguments: given, interrupts });
  try {
    return await program.resolve(tokens.commands)[given.command]();
  } finally {
    await dispose(program);
  }
}

function leave(code: number, how = { atOnce: false }): void {
  try {
    if (stdin.isTTY) stdin.setRawMode(false);
  } catch {
    // The terminal is gone.
  }
  endProcess(code, how);
}
