import { answerExcess } from "./answer-excess.ts";
import type { Limits } from "./limits.ts";

/**
 * Counts what a plugin gathers of one answer before it makes an event of it: encrypted reasoning that comes in pieces,
 * say, or arguments of a call that has no name yet. Core counts what events carry, and cannot see this.
 */
export class HeldBytes {
  readonly #gateway: string;
  readonly #limits: Limits;
  #bytes = 0;

  /** `gateway`: its id, for the error. `limits`: those of `OpenContext`. */
  constructor(gateway: string, limits: Limits) {
    this.#gateway = gateway;
    this.#limits = limits;
  }

  /** Adds some bytes; a character counts as one. Throws a `GatewayError` if there are more than `limits.answerBytes`. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#limits.answerBytes) throw answerExcess(this.#gateway, this.#limits, "answerBytes");
  }
}
