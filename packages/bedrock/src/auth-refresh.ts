import { spawn } from "node:child_process";
import { GatewayError } from "@waygate/core/plugin";
import { shorten } from "./failure.ts";
import { limits } from "./limits.ts";

export interface AuthRefresh {
  /**
   * Runs the command, or waits for it where it is running for somebody else. Resolves when it has succeeded; rejects
   * with a `GatewayError` of code `authentication` where it has not.
   */
  run(signal: AbortSignal): Promise<void>;
}

/** `say`: handed what the command prints, line by line: where to log in, and with which code. */
export function authRefresh(gateway: string, command: string, say: (line: string) => void): AuthRefresh {
  let running: Promise<void> | undefined;
  return {
    async run(signal) {
      running ??= execute(gateway, command, say).finally(() => {
        running = undefined;
      });
      const { promise, reject } = Promise.withResolvers<never>();
      const onAbort = () => reject(signal.reason);
      signal.throwIfAborted();
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        await Promise.race([running, promise]);
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
  };
}

async function execute(gateway: string, command: string, say: (line: string) => void): Promise<void> {
  // A command of the person's own settings, so it is one for their shell.
  const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"], timeout: limits.refreshMs });
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
  if (how === undefined) return;
  const words = last === "" ? "" : ` It said: ${shorten(last)}`;
  throw new GatewayError(`Gateway "${gateway}": auth_refresh_command ${how}.${words}`, {
    gateway,
    code: "authentication",
  });
}
