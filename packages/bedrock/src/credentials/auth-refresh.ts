import { abortable } from "@waygate/core/plugin";
import { redact } from "@waygate/plugin-kit";
import { runCommand } from "./refresh-command.ts";

export interface AuthRefresh {
  /**
   * Runs the command, or waits for it where it is running for somebody else. Resolves when it has succeeded; rejects
   * with a `GatewayError` of code `authentication` where it has not. With the last who waits for it the command ends.
   * `secrets`: blotted out of all that the command prints.
   */
  run(signal: AbortSignal, secrets: readonly string[]): Promise<void>;
}

interface Running {
  readonly result: Promise<void>;
  readonly ending: AbortController;
  waiting: number;
  /** Of whoever waits for it: a gateway that was opened anew meanwhile hears of it in place of the one before. */
  say: (line: string) => void;
  readonly secrets: Set<string>;
}

/** By gateway and command. Kept here, as a gateway is opened anew whenever its settings change. */
const running = new Map<string, Running>();

/** `say`: handed what the command prints, line by line: where to log in, and with which code. */
export function authRefresh(gateway: string, command: string, say: (line: string) => void): AuthRefresh {
  const key = JSON.stringify([gateway, command]);
  return {
    async run(signal, secrets) {
      signal.throwIfAborted();
      const joined = running.get(key) ?? begin(key, gateway, command);
      joined.say = say;
      for (const secret of secrets) joined.secrets.add(secret);
      joined.waiting += 1;
      try {
        await abortable(joined.result, signal);
      } finally {
        joined.waiting -= 1;
        if (joined.waiting === 0) {
          if (running.get(key) === joined) running.delete(key);
          joined.ending.abort();
        }
      }
    },
  };
}

function begin(key: string, gateway: string, command: string): Running {
  const ending = new AbortController();
  const secrets = new Set<string>();
  const clean = (text: string) => redact(text, [...secrets]);
  const say = (line: string) => begun.say(clean(line));
  const result = runCommand({ gateway, command, say, clean, signal: ending.signal }).finally(() => {
    if (running.get(key) === begun) running.delete(key);
  });
  const begun: Running = { result, ending, waiting: 0, say: () => undefined, secrets };
  running.set(key, begun);
  return begun;
}
