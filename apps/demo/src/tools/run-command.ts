import { type JsonValue, type Tool, type ToolContext, type ToolReturn, toolOutput } from "@waygate/core";
import type { Preview } from "./approval.ts";
import { BoundedOutput } from "./bounded-output.ts";
import { type CommandEnd, CommandProcess } from "./command-process.ts";
import type { Workspace } from "./workspace.ts";

interface Arguments {
  readonly command: string;
}

export interface RunCommandOptions {
  /** What a command sees, asked for at each. Keys have no business in it: its output goes to the model. */
  readonly environment: () => NodeJS.ProcessEnv;
  /** After which a command is ended. Default: 120,000. */
  readonly timeoutMs?: number;
}

/** `run_command`: a shell command in the folder, after asking. Its output is shown while it comes. */
export function runCommand(workspace: Workspace, options: RunCommandOptions) {
  const { environment, timeoutMs = 120_000 } = options;
  return {
    name: "run_command",
    description:
      "Runs a shell command in the working folder and gives what it writes, and its exit code. It has no input, " +
      `at most ${timeoutMs / 1000} seconds, and what it leaves in the background is ended.`,
    parameters: {
      type: "object",
      properties: { command: { type: "string", minLength: 1, description: "For the shell." } },
      required: ["command"],
      additionalProperties: false,
    },
    async approval({ command }: Arguments): Promise<Preview> {
      requirePlainText(command);
      return { summary: "run a command", details: command, action: { type: "command", command } };
    },
    execute({ command }: Arguments, context: ToolContext) {
      requirePlainText(command);
      return follow(command, workspace.root, environment(), timeoutMs, context);
    },
  } satisfies Tool;
}

/** Throws for a command that a terminal or a shell could read in another way than a person does. */
function requirePlainText(command: string): void {
  const control = /(?![\n\t])\p{Cc}/u.exec(command)?.[0];
  if (control !== undefined) {
    const code = `U+${(control.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
    throw new Error(
      `The command holds the control character ${code}, so it was not run. Only tabs and line breaks (\\n) may stand in a command; write others as an escape, such as printf '\\033'.`,
    );
  }
  if (!command.isWellFormed()) throw new Error("The command holds half of a surrogate pair, so it was not run.");
}

async function* follow(
  command: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
  timeoutMs: number,
  { signal }: ToolContext,
): AsyncGenerator<JsonValue, ToolReturn> {
  signal.throwIfAborted();
  const child = new CommandProcess(command, folder, environment);
  const output = new BoundedOutput();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.stop();
  }, timeoutMs);
  const stop = () => child.stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const piece of child.output) {
      const text = String(piece);
      output.add(text);
      yield text;
    }
    const end = await child.ended;
    const ending = timedOut ? `stopped after ${timeoutMs / 1000} seconds` : describe(end);
    const written = output.toString();
    const text = `${written}${written === "" || written.endsWith("\n") ? "" : "\n"}[${ending}]`;
    return timedOut ? toolOutput([{ type: "text", text }], { isError: true }) : text;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    // Left early, by an abort, it is still running.
    child.stop();
  }
}

function describe({ exitCode, signal }: CommandEnd): string {
  return exitCode === undefined ? `ended by ${signal}` : `exit code ${exitCode}`;
}
