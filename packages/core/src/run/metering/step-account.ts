import type { MessageFold } from "../../stream/fold.ts";
import type { Conversation } from "../conversation.ts";
import { type Charge, chargeAnswer, type SentRequest } from "./charge-answer.ts";
import type { PaidModel } from "./known-pricing.ts";
import type { Meter } from "./meter.ts";

const nothing: Charge = { usage: undefined, costs: [], notices: [] };

/** The account of one step: its answer is charged once, to the model that gave it. */
export class StepAccount {
  readonly #meter: Meter;
  readonly #conversation: Conversation;
  /** Its target at the end of the answer is the model that gave it. */
  readonly #caller: { readonly target: PaidModel };
  readonly #sent: SentRequest;
  #charge: Charge | undefined;

  constructor(
    meter: Meter,
    conversation: Conversation,
    caller: { readonly target: PaidModel },
    tools: SentRequest["tools"],
  ) {
    this.#meter = meter;
    this.#conversation = conversation;
    this.#caller = caller;
    this.#sent = { messages: conversation.messages, tools };
  }

  /** What was charged. */
  get charge(): Charge {
    return this.#charge ?? nothing;
  }

  /** Takes over the figures of an answer that was charged before the run was stored. */
  restore({ usage, costs }: MessageFold): void {
    this.#charge = { usage, costs, notices: [] };
  }

  /** Charges the conversation with the answer. Called again, it changes nothing. */
  settle(fold: MessageFold): void {
    if (this.#charge !== undefined) return;
    this.#charge = chargeAnswer(fold, this.#caller.target, this.#meter, this.#sent);
    this.#conversation.charge(this.#charge.usage, this.#charge.costs);
  }
}
