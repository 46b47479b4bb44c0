import { setImmediate, setTimeout } from "node:timers/promises";
import type { JsonValue, Tool } from "@waygate/core";
import { type Behaviour, readRef, resultOf, type Script, type ToolName } from "../plan/script.ts";

/** A tool that was carried out. */
export interface Execution {
  readonly tool: ToolName;
  readonly arguments: JsonValue;
  /** Whether the conversation had been stopped before the tool began. */
  readonly tooLate: boolean;
}

/** What the tools of a conversation tell about their work. */
export interface ToolWatch {
  readonly script: Script;
  readonly executions: Execution[];
  readonly stopped: boolean;
  /** Called when a tool has begun. */
  begun(): void;
}

interface Arguments {
  readonly ref?: string;
}

const parameters = {
  type: "object",
  properties: { ref: { type: "string" }, note: { type: "string" } },
  required: ["ref", "note"],
};

/** Tools that do as the script has them do. */
export function makeTools(watch: ToolWatch): readonly Tool[] {
  const begin = (tool: ToolName, args: Arguments): Behaviour => {
    watch.executions.push({ tool, arguments: { ...args }, tooLate: watch.stopped });
    watch.begun();
    const ref = readRef(args.ref);
    const step = ref === undefined ? undefined : watch.script.steps[ref.step];
    return step?.calls[ref?.index ?? 0]?.behaviour ?? "returns";
  };
  return [
    {
      name: "look",
      description: "Looks at something.",
      parameters,
      readOnly: true,
      execute: (args: Arguments, { signal }) => behave(begin("look", args), args, signal),
    },
    {
      name: "watch",
      description: "Watches something.",
      parameters,
      readOnly: true,
      async *execute(args: Arguments, { signal }) {
        const behaviour = begin("watch", args);
        yield { seen: 1 };
        await setImmediate();
        yield { seen: 2 };
        return behave(behaviour, args, signal);
      },
    },
    {
      name: "write",
      description: "Writes something.",
      parameters,
      execute: (args: Arguments, { signal }) => behave(begin("write", args), args, signal),
    },
    {
      name: "pay",
      description: "Pays for something.",
      parameters,
      approval: "always",
      execute: (args: Arguments, { signal }) => behave(begin("pay", args), args, signal),
    },
  ];
}

async function behave(behaviour: Behaviour, { ref = "" }: Arguments, signal: AbortSignal): Promise<unknown> {
  if (behaviour === "throws") throw new Error(`${resultOf(ref)} But it failed.`);
  if (behaviour === "never") return new Promise(() => undefined);
  if (behaviour === "slow") await setTimeout(5, undefined, { signal });
  return resultOf(ref);
}
