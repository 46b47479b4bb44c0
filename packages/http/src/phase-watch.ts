import { longestTimerMs } from "@waygate/core/plugin";
import { type HttpPhase, HttpTimeout } from "./http-timeout.ts";

/** Checks per idle deadline: silence is reported at most a tenth of the deadline late. */
const looks = 10;

/**
 * Reports a phase of an exchange that exceeds its deadline. It sets a timer once and checks the state when that fires:
 * phases begin and pieces arrive far more often than anything times out.
 */
export class PhaseWatch {
  readonly #late: (error: HttpTimeout) => void;
  #phase: HttpPhase | undefined;
  #milliseconds = 0;
  /** The end of the phase's time, by `performance.now()`. */
  #due = Number.POSITIVE_INFINITY;
  /** Whether anything has arrived since the last check. */
  #heard = false;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer fires, by `performance.now()`. */
  #fires = Number.POSITIVE_INFINITY;

  /** `late`: called once, with the phase that timed out. */
  constructor(late: (error: HttpTimeout) => void) {
    this.#late = late;
  }

  get phase(): HttpPhase | undefined {
    return this.#phase;
  }

  /** Begins a phase and ends the one before. */
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

  /** Records that something has arrived. It runs for each piece of each answer, so it reads no clock. */
  heard(): void {
    this.#heard = true;
  }

  /** Stops watching until the next phase begins. */
  pause(): void {
    this.#phase = undefined;
  }

  /** Stops watching for good. */
  stop(): void {
    this.#phase = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#fires = Number.POSITIVE_INFINITY;
  }

  /** Makes the timer fire within this time. An earlier timer stays. */
  #lookAfter(milliseconds: number, now: number): void {
    const delay = this.#phase === "idle" ? Math.min(milliseconds, this.#milliseconds / looks) : milliseconds;
    if (now + delay >= this.#fires) return;
    clearTimeout(this.#timer);
    this.#fires = now + delay;
    this.#timer = setTimeout(this.#look, Math.ceil(delay)).unref();
  }

  readonly #look = (): void => {
    this.#fires = Number.POSITIVE_INFINITY;
    // Without a phase, or with an infinite deadline, there is nothing to check before the next phase.
    if (this.#phase === undefined || this.#due === Number.POSITIVE_INFINITY) return;
    if (!this.#waits()) setImmediate(this.#confirm);
  };

  /** Checks again in the next turn: in a program that was busy, timers fire before the data that has arrived meanwhile. */
  readonly #confirm = (): void => {
    const phase = this.#phase;
    // A phase that has begun since then has its own timer, unless its deadline is infinite.
    if (phase === undefined || this.#fires < Number.POSITIVE_INFINITY || this.#due === Number.POSITIVE_INFINITY) return;
    if (this.#waits()) return;
    this.stop();
    this.#late(new HttpTimeout(phase, this.#milliseconds));
  };

  /** Returns whether there is time left, and then sets the timer for the rest. */
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
