import type { NoticeEvent } from "../../contract/event.ts";
import type { Budget } from "../limits.ts";
import type { PaidModel } from "./known-pricing.ts";

const nothing: readonly NoticeEvent[] = [];

/** What a run needs to know of usage and cost, and which gaps in them it has reported: each of them once. */
export class Meter {
  readonly #budget: Budget | undefined;
  /** Created with the first notice. */
  #told: Set<string> | undefined;

  constructor(budget: Budget | undefined) {
    this.#budget = budget;
  }

  /** Whether usage has to be estimated if none is reported. */
  get hasBudget(): boolean {
    return this.#budget?.tokens !== undefined || this.#budget?.cost !== undefined;
  }

  /** Reports fees that an estimate from prices per token does not include. */
  feesUnknown({ gateway: { id }, model }: PaidModel): readonly NoticeEvent[] {
    const message =
      `The cost of model "${model}" of gateway "${id}" is estimated from its prices per token. Fees for what the service ` +
      "ran or made besides, such as searches and images, are not in the sum.";
    return this.#once({ type: "notice", code: "fees-unknown", message });
  }

  /** Reports an answer that a cost limit cannot count. Without such a limit there is nothing to report. */
  costUnknown({ gateway: { id }, model }: PaidModel): readonly NoticeEvent[] {
    if (this.#budget?.cost === undefined) return nothing;
    const message =
      `The cost of model "${model}" of gateway "${id}" is not known, so it does not count towards the cost limit. ` +
      "Set its prices in the settings of the gateway.";
    return this.#once({ type: "notice", code: "cost-unknown", message });
  }

  #once(notice: NoticeEvent): readonly NoticeEvent[] {
    if (this.#told?.has(notice.message) === true) return nothing;
    this.#told ??= new Set();
    this.#told.add(notice.message);
    return [notice];
  }
}
