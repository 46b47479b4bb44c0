import type { Deadlines, Message, ModelEvent, ToolResultPart, ToolSpec } from "@waygate/core";
import { MessageFold, type RunEvent } from "@waygate/core";
import { toolNames } from "../plan/script.ts";
import type { OpenedGateway } from "./gateways.ts";

export interface StreamOptions {
  /** The user's first words. */
  readonly opening: string;
  /** How many answers are asked for at most. */
  readonly answers: number;
  readonly deadlines: Deadlines;
  readonly signal: AbortSignal;
  /** Told of each event, with `step-start` and `step-end` around an answer. Returns false to leave the loop. */
  hear(event: RunEvent): Promise<boolean>;
}

const parameters = { type: "object", properties: { ref: { type: "string" }, note: { type: "string" } } } as const;
const tools = toolNames.map((name): ToolSpec => ({ name, description: `Does ${name}.`, parameters }));

/** Asks for one answer after the other by `gateway.stream`, and has every call answered without a tool. */
export async function streamAnswers(to: OpenedGateway, options: StreamOptions): Promise<readonly Message[]> {
  const { gateway, model } = to;
  const { opening, answers, deadlines, signal, hear } = options;
  const messages: Message[] = [{ role: "user", content: [{ type: "text", text: opening }] }];
  for (let step = 1; step <= answers; step++) {
    const fold = new MessageFold({ gateway: gateway.id, model });
    await hear({ type: "step-start", step });
    for await (const batch of gateway.stream({ model, messages: [...messages], tools, deadlines, signal })) {
      if (!(await take(batch, fold, hear))) return messages;
    }
    const message = fold.message();
    // In the order of the message: calls may end in another one.
    const calls = message.content.filter((part) => part.type === "tool-call");
    const results = calls.map(({ id, name }): ToolResultPart => {
      return { type: "tool-result", id, name, content: [{ type: "text", text: "Noted." }], isError: false };
    });
    messages.push(message, ...(results.length > 0 ? [{ role: "tool", content: results } as const] : []));
    const { usage, costs } = fold;
    await hear({ type: "step-end", step, message, results, usage, cost: costs[0], costs });
    if (results.length === 0) break;
  }
  return messages;
}

async function take(batch: readonly ModelEvent[], fold: MessageFold, hear: StreamOptions["hear"]): Promise<boolean> {
  for (const event of batch) {
    fold.add(event);
    if (!(await hear(event))) return false;
  }
  return true;
}
