import type { Cost, Usage } from "../contract/event.ts";
import type { AssistantMessage, Message, ToolMessage } from "../contract/message.ts";
import { CallIds } from "../stream/call-ids.ts";
import { sealed } from "../stream/sealed.ts";
import { addCost, addUsage, soleCost, unknownUsage } from "../stream/usage-sum.ts";

/** A message, or one of plain text written short. */
export type MessageInput = Message | { readonly role: "system" | "user" | "assistant"; readonly content: string };

/** What there was before a conversation goes on. */
type Past = Pick<Conversation, "usage" | "costs" | "steps" | "toolCalls">;

/** Spells a message out, as a frozen copy. */
export function toMessage(input: MessageInput): Message {
  if (typeof input.content !== "string") return sealed(input as Message);
  return sealed({ role: input.role, content: [{ type: "text", text: input.content }] } as Message);
}

/** What parts say in words. */
export function textOf(parts: readonly { readonly type: string; readonly text?: string }[]): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** What a run adds to a conversation, and what it cost. The history is valid at any moment it is looked at. */
export class Conversation {
  #messages: readonly Message[];
  /** How many steps have ended, and how many tool calls they have carried out. */
  steps = 0;
  toolCalls = 0;
  usage: Usage = unknownUsage;
  /** One for each currency. */
  costs: readonly Cost[] = [];
  /** The ids of all calls so far. */
  readonly callIds: CallIds;
  /** The last answer, which is not among the messages where it is empty. */
  answer: AssistantMessage = { role: "assistant", content: [] };

  constructor(messages: readonly MessageInput[], past?: Past) {
    this.#messages = messages.map(toMessage);
    this.callIds = new CallIds(this.#messages);
    if (past === undefined) return;
    this.usage = past.usage;
    this.costs = past.costs;
    this.steps = past.steps;
    this.toolCalls = past.toolCalls;
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Adds an answer together with the results of all its calls: never one without the other. */
  append(message: AssistantMessage, results: ToolMessage["content"]): void {
    this.answer = message;
    if (message.content.length === 0) return;
    const added: Message[] = results.length > 0 ? [message, { role: "tool", content: results }] : [message];
    this.#messages = [...this.#messages, ...added.map(sealed)];
  }

  /** Adds what a person says, in between or to begin with. */
  say(inputs: readonly MessageInput[]): void {
    if (inputs.length > 0) this.#messages = [...this.#messages, ...inputs.map(toMessage)];
  }

  /** Puts another history in the place of the one so far. */
  replace(messages: readonly MessageInput[]): void {
    this.#messages = messages.map(toMessage);
    this.callIds.noteAll(this.#messages);
  }

  /** The costs if they are in one currency. */
  get cost(): Cost | undefined {
    return soleCost(this.costs);
  }

  /** Adds the usage and the costs of a step. */
  charge(usage: Usage | undefined, costs: readonly Cost[]): void {
    if (usage !== undefined) this.usage = addUsage(this.usage, usage);
    this.costs = costs.reduce(addCost, this.costs);
  }
}
