/** Why a check was given up, in words that complete "the value …". */
export class CheckGivenUp extends Error {}

/**
 * How deep a check may go: values within values, and schemas within schemas, together. Enough for any value that is
 * written by hand or by a model, and far from what the stack holds.
 */
const deepestCheck = 256;

/** The steps that one whole check may still take. */
export class StepBudget {
  readonly #steps: number;
  #left: number;

  constructor(steps: number) {
    this.#steps = steps;
    this.#left = steps;
  }

  /** Takes steps, parts of one included. Throws `CheckGivenUp` if there are not so many left. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left >= 0) return;
    throw new CheckGivenUp(`is too large to check: the check took more than ${this.#steps} steps (limits.schemaSteps)`);
  }

  /** Takes the steps of going through a text once. */
  spendText(text: string): void {
    this.spend(1 + text.length / charactersAStep);
  }

  /** Throws `CheckGivenUp` if a check has gone too deep. */
  enter(depth: number): void {
    this.spend(1);
    if (depth > deepestCheck) {
      throw new CheckGivenUp(`is too deep to check: it is nested more than ${deepestCheck} levels deep`);
    }
  }
}

/** To go through a text is fast, compared with the other steps. */
const charactersAStep = 64;
