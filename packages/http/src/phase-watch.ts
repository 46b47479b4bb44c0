import { longestTimerMs } from "@waygate/core/plugin";
import { type HttpPhase, HttpTimeout } from "./http-timeout.ts";

/** How often silence is looked for within the time that it may last: it is told at most a tenth of that time late. */
const looks = 10;

/**
 * Watches an exchange for a phase that takes longer than it may, with one timer for nearly all exchanges: it is set once,
 * and looked at again when it fires. Phases begin, and signs of life come, far more often than anything is late.
 */
export class PhaseWatch {
  readonly #late: (error: HttpTimeout) => void;
  #phase: HttpPhase | undefined;
  #milliseconds = 0;
  /** When the phase has to be over, on the clock of `performance.now()`. */
  #due = Number.POSITIVE_INFINITY;
  /** Whether anything has come since the last look. */
  #heard = false;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer fires. */
  #fires = Number.POSITIVE_INFINITY;

  /** `late`: told which phase took longer than it may, once. */
  constructor(late: (error: HttpTimeout) => void) {
    this.#late = late;
  }

  get phase(): HttpPhase | undefined {
    return this.#phase;
  }

  /** Begins a phase; the one before is over. */
  begin(phase: HttpPhase, milliseconds: number): void {
    this.#phase = phase;
    this.#milliseconds = milliseconds;
    this.#heard = false;
    if (milliseconds > longestTimerMs) {
      this.#due = Number.POSITIVE_INFINITY;
      return;
    }
    const now = performance.now();
    this.#due = now + milliseconds;
    this.#lookAfter(milliseconds, now);
  }

  /** A sign of life in a phase that lasts from one to the next. Called for each piece of each answer: no clock is asked. */
  heard(): void {
    this.#heard = true;
  }

  /** Nothing is waited for until the next phase begins. */
  pause(): void {
    this.#phase = undefined;
  }

  /** Nothing is waited for any more. */
  stop(): void {
    this.#phase = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#fires = Number.POSITIVE_INFINITY;
  }

  /** Has the timer fire within the time given, or earlier if it does anyway. */
  #lookAfter(milliseconds: number, now: number): void {
    const delay = this.#phase === "idle" ? Math.min(milliseconds, this.#milliseconds / looks) : milliseconds;
    if (now + delay >= this.#fires) return;
    clearTimeout(this.#timer);
    this.#fires = now + delay;
    this.#timer = setTimeout(this.#look, Math.ceil(delay)).unref();
  }

  readonly #look = (): void => {
    this.#fires = Number.POSITIVE_INFINITY;
    // What is not finite, or nothing, is not looked after again before the next phase.
    if (this.#phase === undefined || this.#due === Number.POSITIVE_INFINITY) return;
    if (!this.#waits()) setImmediate(this.#confirm);
  };

  /** A program that was busy for so long finds its timers due before it is shown what has come in the meantime. */
  readonly #confirm = (): void => {
    const phase = this.#phase;
    // A phase that has begun since then has set a timer, unless it may last for ever.
    if (phase === undefined || this.#fires < Number.POSITIVE_INFINITY || this.#due === Number.POSITIVE_INFINITY) return;
    if (this.#waits()) return;
    this.stop();
    this.#late(new HttpTimeout(phase, this.#milliseconds));
  };

  /** Whether there is time left; looks again when it may be over. */
  #waits(): boolean {
    const now = performance.now();
    if (this.#heard) {
      this.#heard = false;
      this.#due = now + this.#milliseconds;
    }
    const rest = this.#due - now;
    if (rest <= 0) return false;
    this.#lookAfter(rest, now);
    return true;
  }
}
