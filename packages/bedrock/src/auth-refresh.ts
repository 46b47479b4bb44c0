import { type ChildProcess, spawn } from "node:child_process";
import { GatewayError } from "@waygate/core/plugin";
import { shorten } from "./failure.ts";
import { limits } from "./limits.ts";

export interface AuthRefresh {
  /**
   * Runs the command, or waits for it where it is running for somebody else. Resolves when it has succeeded; rejects
   * with a `GatewayError` of code `authentication` where it has not. With the last who waits for it the command ends.
   */
  run(signal: AbortSignal): Promise<void>;
}

/** `say`: handed what the command prints, line by line: where to log in, and with which code. */
export function authRefresh(gateway: string, command: string, say: (line: string) => void): AuthRefresh {
  let running: { readonly result: Promise<void>; readonly ending: AbortController; waiting: number } | undefined;
  const begin = () => {
    const ending = new AbortController();
    const result = execute(gateway, command, say, ending.signal).finally(() => {
      if (running === begun) running = undefined;
    });
    const begun = { result, ending, waiting: 0 };
    return begun;
  };
  return {
    async run(signal) {
      signal.throwIfAborted();
      running ??= begin();
      const joined = running;
      const { promise, reject } = Promise.withResolvers<never>();
      const onAbort = () => reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      joined.waiting += 1;
      try {
        await Promise.race([joined.result, promise]);
      } finally {
        signal.removeEventListener("abort", onAbort);
        joined.waiting -= 1;
        if (joined.waiting === 0) {
          if (running === joined) running = undefined;
          joined.ending.abort();
        }
      }
    },
  };
}

const isPosix = process.platform !== "win32";

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (isPosix) process.kill(-child.pid, "SIGTERM");
  else child.kill();
}

async function execute(
  gateway: string,
  command: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  // A command of the person's own settings, so it is one for their shell. It leads a group of its own: what the shell
  // has started is ended with it.
  const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"], detached: isPosix });
  const end = () => endGroup(child);
  const timer = setTimeout(end, limits.refreshMs);
  signal.addEventListener("abort", end, { once: true });
  let last = "";
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream.setEncoding("utf8").on("data", (text: string) => {
      const lines = `${rest}${text}`.split(/\r?\n/);
      rest = (lines.pop() ?? "").slice(0, 10_000);
      for (const line of lines.filter((each) => each.trim() !== "")) {
        last = line;
        say(line);
      }
    });
    stream.on("end", () => {
      if (rest.trim() !== "") last = rest;
    });
  }
  const how = await new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, killer) => {
      if (code === 0) resolve(undefined);
      else resolve(code === null ? `was ended by ${killer}` : `ended with the code ${code}`);
    });
  });
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
  if (how === undefined) return;
  const words = last === "" ? "" : ` It said: ${shorten(last)}`;
  throw new GatewayError(`Gateway "${gateway}": auth_refresh_command ${how}.${words}`, {
    gateway,
    code: "authentication",
  });
}
