import { type JsonValue, type Registry, run, type Tool, type ToolContext, type ToolReturn } from "@waygate/core";
import type { ModelChoice } from "../model-choice.ts";
import { callLine, parsedArguments } from "../terminal/call-line.ts";
import type { Preview } from "./approval.ts";

const maxSteps = 30;
const maxLineLength = 100;

const instructions = (folder: string) =>
  `You work for another agent, which gave you a task and reads only your last answer. Your tools read the folder ${folder}; ` +
  "paths are relative to it. Do the task on your own, call several tools at once where they do not depend on each other, " +
  "and answer with what you found out: brief, complete, with paths and line numbers where they matter.";

interface Arguments {
  readonly task: string;
}

export interface DelegateOptions {
  readonly registry: Registry;
  readonly folder: string;
  /** What the other agent may use: nothing that changes anything, as nobody watches it. */
  readonly tools: readonly Tool[];
  /** The model that it is; asked at each call. */
  readonly choose: () => Promise<ModelChoice>;
  /** Whether the settings have a person asked about it. */
  readonly asks: () => boolean;
}

/** `delegate`: a task for an agent of its own, which reads, and reports. Its calls are shown while it works. */
export function delegate({ registry, folder, tools, choose, asks }: DelegateOptions): Tool {
  return {
    name: "delegate",
    description:
      "Gives a task to an assistant of your own, who can list, read and search the files and reports back in text. It knows " +
      "nothing of this conversation: the task must hold all it needs. For research whose details you do not need; several " +
      "at once work at the same time.",
    parameters: {
      type: "object",
      properties: { task: { type: "string", minLength: 1, description: "What to find out, and what to report." } },
      required: ["task"],
      additionalProperties: false,
    },
    readOnly: true,
    timeoutMs: 600_000,
    approval({ task }: Arguments): Preview | false {
      return asks() && { summary: "hand a task over", details: task };
    },
    execute: ({ task }: Arguments, context) => work(task, context),
  };

  async function* work(task: string, { signal }: ToolContext): AsyncGenerator<JsonValue, ToolReturn> {
    const { gateway, model, reasoning, temperature } = await choose();
    const running = run({
      ...{ gateway: registry.gateway(gateway), model, reasoning, temperature, tools, maxSteps, signal, cache: "auto" },
      messages: [
        { role: "system", content: instructions(folder) },
        { role: "user", content: task },
      ],
    });
    yield `${gateway}:${model}`;
    const names = new Map<string, string>();
    for await (const event of running) {
      if (event.type === "tool-call-start") names.set(event.id, event.name);
      if (event.type !== "tool-call-end") continue;
      yield callLine(names.get(event.id) ?? "", parsedArguments(event.arguments) ?? event.arguments, maxLineLength);
    }
    const { text, reason } = await running.result();
    if (reason === "stop") return text === "" ? "It came to an end without an answer." : text;
    throw new Error(`It ended before it was done (${reason}).${text === "" ? "" : ` So far it had said: ${text}`}`);
  }
}
