import { longestTimerMs, type Phase } from "@waygate/core/plugin";

/**
 * Watches that each phase of an exchange ends in time, with one timer for nearly all exchanges: it is set once, and looked
 * at again when it fires. Phases begin, and signs of life come, far more often than anything is late.
 */
export class PhaseClock {
  readonly #late: (phase: Phase, milliseconds: number) => void;
  #phase: Phase | undefined;
  #milliseconds = 0;
  /** When the phase has to be over, on the clock of `performance.now()`. */
  #due = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer fires. */
  #fires = Number.POSITIVE_INFINITY;

  /** `late`: told which phase took longer than it may, once. */
  constructor(late: (phase: Phase, milliseconds: number) => void) {
    this.#late = late;
  }

  get phase(): Phase | undefined {
    return this.#phase;
  }

  /** Begins a phase; or begins it anew, after a sign of life. */
  expect(phase: Phase, milliseconds: number): void {
    this.#phase = phase;
    this.#milliseconds = milliseconds;
    this.#due = milliseconds > longestTimerMs ? Number.POSITIVE_INFINITY : performance.now() + milliseconds;
    if (this.#due < this.#fires) this.#arm(milliseconds);
  }

  /** Nothing is waited for until the next phase begins. */
  pause(): void {
    this.#phase = undefined;
    this.#due = Number.POSITIVE_INFINITY;
  }

  /** Nothing is waited for any more. */
  stop(): void {
    this.pause();
    clearTimeout(this.#timer);
    this.#fires = Number.POSITIVE_INFINITY;
  }

  #arm(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#fires = performance.now() + milliseconds;
    this.#timer = setTimeout(this.#fire, milliseconds);
  }

  readonly #fire = (): void => {
    this.#fires = Number.POSITIVE_INFINITY;
    const rest = this.#due - performance.now();
    if (rest > 0) {
      if (rest < Number.POSITIVE_INFINITY) this.#arm(Math.ceil(rest));
      return;
    }
    // A program that was busy for so long finds its timers due before it is shown what has come in the meantime.
    setImmediate(() => {
      const phase = this.#phase;
      if (phase === undefined) return;
      if (this.#due <= performance.now()) this.#late(phase, this.#milliseconds);
      else if (this.#due < this.#fires) this.#arm(this.#milliseconds);
    });
  };
}
