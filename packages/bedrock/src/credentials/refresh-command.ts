import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { GatewayError } from "@waygate/core/plugin";
import { shorten } from "@waygate/plugin-kit";
import { limits } from "../limits.ts";

export interface RefreshCommand {
  readonly gateway: string;
  readonly command: string;
  /** Handed what is printed, line by line; what has no end of line, as prompts have none, after a pause. */
  readonly say: (line: string) => void;
  /** Takes out of what is printed what must not stand in an error. */
  readonly clean: (text: string) => string;
  /** Ends the command. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when the command has succeeded, whatever it has left running; rejects with a `GatewayError` of code
 * `authentication` where it has not, or takes too long.
 */
export async function runCommand({ gateway, command, say, clean, signal }: RefreshCommand): Promise<void> {
  // A command of the person's own settings, so it is one for their shell. It leads a group of its own: what the shell
  // has started is ended with it.
  const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"], detached: isPosix });
  let last = "";
  const tell = (line: string) => {
    last = line;
    say(line);
  };
  const flushes = [child.stdout, child.stderr].map((stream) => readLines(stream, tell));
  const how = await outcome(child, signal);
  for (const flush of flushes) flush();
  // Something that was left running may hold them open for as long as it likes.
  child.stdout.destroy();
  child.stderr.destroy();
  if (how === undefined) return;
  const words = last === "" ? "" : ` It said: ${shorten(clean(last))}`;
  throw new GatewayError(`Gateway "${gateway}": auth_refresh_command ${how}.${words}`, {
    gateway,
    code: "authentication",
  });
}

/** How a command has failed; undefined where it has not. */
function outcome(child: ChildProcess, signal: AbortSignal): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const timer = setTimeout(() => {
    endGroup(child);
    resolve(`did not end within ${limits.refreshMs / 60_000} minutes`);
  }, limits.refreshMs);
  const onAbort = () => endGroup(child);
  signal.addEventListener("abort", onAbort, { once: true });
  child.once("error", (error) => resolve(error.message));
  let grace: NodeJS.Timeout | undefined;
  child.once("exit", (code, killer) => {
    const how = code === null ? `was ended by ${killer}` : `ended with the code ${code}`;
    const settle = () => resolve(code === 0 ? undefined : how);
    // What it has printed may still be on its way.
    child.once("close", settle);
    grace = setTimeout(settle, limits.refreshOutputMs);
  });
  return promise.finally(() => {
    clearTimeout(timer);
    clearTimeout(grace);
    signal.removeEventListener("abort", onAbort);
  });
}

const isPosix = process.platform !== "win32";

/** Asks all that belongs to a command to end, and ends what does not. */
function endGroup(child: ChildProcess): void {
  kill(child, "SIGTERM");
  const timer = setTimeout(() => kill(child, "SIGKILL"), limits.refreshEndMs);
  child.once("close", () => clearTimeout(timer));
}

function kill(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (!isPosix) {
    child.kill(name);
    return;
  }
  try {
    process.kill(-child.pid, name);
  } catch {
    // There is nothing left of the group, or nothing that may be ended.
  }
}

/** Hands on each line, and after a pause what has no end yet. Returns what hands on the rest. */
function readLines(stream: Readable, tell: (line: string) => void): () => void {
  let rest = "";
  let pause: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(pause);
    const line = rest;
    rest = "";
    if (line.trim() !== "") tell(line);
  };
  stream.setEncoding("utf8").on("data", (text: string) => {
    clearTimeout(pause);
    const lines = `${rest}${text}`.split(/\r?\n/);
    rest = (lines.pop() ?? "").slice(0, 10_000);
    for (const line of lines.filter((each) => each.trim() !== "")) tell(line);
    if (rest !== "") pause = setTimeout(flush, limits.refreshPauseMs);
  });
  return flush;
}
