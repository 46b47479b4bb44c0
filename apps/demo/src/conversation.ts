import { randomUUID } from "node:crypto";
import {
  type Approve,
  type Cost,
  type Message,
  type Registry,
  type RunEndReason,
  type RunEvent,
  run,
  type Tool,
  type Usage,
} from "@waygate/core";
import { capabilitiesOf, type ModelChoice } from "./model-choice.ts";

export interface ConversationOptions {
  readonly registry: Registry;
  readonly choice: ModelChoice;
  readonly tools: readonly Tool[];
  /** Who allows calls of tools that ask first. */
  readonly approve: Approve;
  /** What the model is told beforehand. Empty: nothing. */
  readonly system: string;
  /** How often the model is asked at most in one turn. Undefined: as often as core allows. */
  readonly maxSteps: number | undefined;
}

/** How one turn went. */
export interface Turn {
  readonly usage: Usage;
  readonly costs: readonly Cost[];
  readonly outcome:
    | { readonly type: "ended"; readonly reason: RunEndReason }
    | { readonly type: "interrupted" }
    | { readonly type: "failed"; readonly error: unknown };
}

/** What was said between a person and a model, and the way to say more. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #id = randomUUID();
  #messages: readonly Message[];
  /** May be changed between turns: the history goes along to any model. */
  choice: ModelChoice;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.choice = options.choice;
    const { system } = options;
    this.#messages = system === "" ? [] : [{ role: "system", content: [{ type: "text", text: system }] }];
  }

  /** What was said so far: always a valid history. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** What the model is offered: nothing where it does not take tools. */
  get tools(): readonly Tool[] {
    const { registry, tools } = this.#options;
    const { gateway, model } = this.choice;
    return capabilitiesOf(registry.gateway(gateway), model).tools ? tools : [];
  }

  /**
   * Says something and hands each event of the answer to `show`, which holds the answer up until it resolves. What goes
   * wrong is an outcome; it rejects only where the gateway is gone. A turn without any answer leaves no trace in the
   * history.
   */
  async say(text: string, signal: AbortSignal, show: (event: RunEvent) => Promise<void>): Promise<Turn> {
    const { registry, maxSteps, approve } = this.#options;
    const { model, reasoning, temperature } = this.choice;
    const asked: readonly Message[] = [...this.#messages, { role: "user", content: [{ type: "text", text }] }];
    const answer = run({
      // Looked up each time: the settings may have made another gateway of it.
      gateway: registry.gateway(this.choice.gateway),
      model,
      reasoning,
      temperature,
      messages: asked,
      tools: this.tools,
      approve,
      maxSteps,
      cache: "auto",
      sessionId: this.#id,
      signal,
    });
    let reason: RunEndReason = "stop";
    try {
      for await (const event of answer) {
        if (event.type === "run-end") reason = event.reason;
        await show(event);
      }
      return { usage: answer.usage, costs: answer.costs, outcome: { type: "ended", reason } };
    } catch (error) {
      const outcome = signal.aborted ? ({ type: "interrupted" } as const) : ({ type: "failed", error } as const);
      return { usage: answer.usage, costs: answer.costs, outcome };
    } finally {
      if (answer.messages.length > asked.length) this.#messages = answer.messages;
    }
  }
}
