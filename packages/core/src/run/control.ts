import type { Approvals } from "./approval.ts";
import type { MessageInput } from "./conversation.ts";
import type { RunEndEvent } from "./event.ts";
import type { Step } from "./step.ts";

/** How the program takes part in a run that is going on. */
export class RunControl {
  /** Those of the step under way, or of the stored step that is about to go on. */
  approvals: Approvals;
  readonly #steering: MessageInput[];
  /** Set when the loop has come to its end. */
  end: RunEndEvent | undefined;
  #paused = false;
  #step: Step | undefined;

  /** `steering`: what was said to the model already and not read by it yet. */
  constructor(approvals: Approvals, steering: readonly MessageInput[]) {
    this.approvals = approvals;
    this.#steering = [...steering];
  }

  /** What was said to the model and not read by it yet. */
  get steering(): readonly MessageInput[] {
    return this.#steering;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** The step that is under way, if one is. */
  get step(): Step | undefined {
    return this.#step;
  }

  set step(step: Step | undefined) {
    this.#step = step;
    if (this.#paused) step?.runner.pause();
  }

  steer(message: MessageInput): void {
    this.#steering.push(message);
  }

  takeSteering(): readonly MessageInput[] {
    return this.#steering.splice(0);
  }

  pause(): void {
    this.#paused = true;
    this.#step?.runner.pause();
  }
}
