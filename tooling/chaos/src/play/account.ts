import type { Message, RunEvent } from "@waygate/core";
import type { ConversationPlan } from "../plan/plan.ts";
import type { Execution } from "./tools.ts";

/** What was heard of one answer, put together from its events by hand. */
export interface Heard {
  text: string;
  reasoning: string;
  readonly calls: HeardCall[];
  /** The names of the calls that have begun, by their ids. */
  readonly names: Map<string, string>;
  /** Whether its `finish` came. */
  finished: boolean;
}

export interface HeardCall {
  readonly name: string;
  readonly arguments: string;
  readonly status: string;
}

/** How a conversation ended. */
export type Ending =
  | { readonly type: "finished"; readonly reason: string; readonly text: string }
  /** The program stopped it, and it ended with that. */
  | { readonly type: "stopped" }
  | { readonly type: "failed"; readonly error: unknown };

/** A decision about a call. */
export interface Decision {
  readonly ref: string;
  /** The arguments that were decided about, as JSON. */
  readonly shown: string;
  readonly approved: boolean;
}

/** All that a program saw and did in one conversation. */
export class Account {
  readonly plan: ConversationPlan;
  readonly events: RunEvent[] = [];
  readonly heard: Heard[] = [];
  /** The answers that the run kept, and whether each is as long as it was to be. */
  readonly kept: { readonly heard: Heard | undefined; readonly message: Message; interrupted: boolean }[] = [];
  readonly executions: Execution[] = [];
  readonly decisions: Decision[] = [];
  /** Histories as they were at some moments. */
  readonly histories: (readonly Message[])[] = [];
  /** Whatever else came out: results, snapshots, errors. */
  readonly others: unknown[] = [];
  messages: readonly Message[] = [];
  ending: Ending | undefined;
  /** Whether the program has stopped it. */
  stopped = false;
  /** How many events came after that, and how many turns of the event loop the run took to end. */
  late = 0;
  turns = 0;
  /** How often it went on from a stored run. */
  resumed = 0;
  /** Whether it went on from a snapshot that was not taken at a pause. */
  repeated = false;

  constructor(plan: ConversationPlan) {
    this.plan = plan;
  }

  hear(event: RunEvent): void {
    this.events.push(event);
    // The last event of a run that had come to its end anyway is not held back.
    if (this.stopped && event.type !== "run-end") this.late++;
    const last = this.heard.at(-1);
    switch (event.type) {
      case "step-start":
        this.heard.push({ text: "", reasoning: "", calls: [], finished: false, names: new Map() });
        break;
      case "text-delta":
        if (last !== undefined) last.text += event.text;
        break;
      case "reasoning-delta":
        if (last !== undefined) last.reasoning += event.text;
        break;
      case "tool-call-start":
        last?.names.set(event.id, event.name);
        break;
      case "tool-call-end": {
        const status = event.complete ? "ok" : "truncated";
        last?.calls.push({ name: last.names.get(event.id) ?? "", arguments: event.arguments, status });
        break;
      }
      case "finish":
        if (last !== undefined) last.finished = true;
        break;
      case "step-end":
        this.kept.push({ heard: last, message: event.message, interrupted: false });
        break;
      case "retry": {
        const kept = this.kept.at(-1);
        // In the middle of an answer, which was kept: a step has ended, and the next has not begun.
        if (this.events.at(-2)?.type === "step-end" && kept !== undefined) kept.interrupted = true;
        break;
      }
    }
  }
}
