import { type Deadlines, longestTimerMs } from "@waygate/core/plugin";

/** The phases of an exchange, as far as HTTP is concerned. */
export type HttpPhase = "connect" | "headers" | "first-byte" | "idle";

/** A phase of an exchange took too long. */
export class HttpTimeout extends Error {
  override readonly name = "HttpTimeout";
  readonly phase: HttpPhase;
  /** Undefined where whoever connects had a deadline of its own. */
  readonly milliseconds: number | undefined;

  constructor(phase: HttpPhase, milliseconds?: number) {
    super(`The phase ${phase} took too long.`);
    this.phase = phase;
    this.milliseconds = milliseconds;
  }
}

/** How often silence is looked for within the time that it may last. */
const looks = 10;

/** Watches an exchange for a phase that takes longer than it may. */
export class PhaseWatch {
  readonly #deadlines: Deadlines;
  readonly #late: (error: HttpTimeout) => void;
  #phase: HttpPhase | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** How many looks in a row have found that nothing has come. */
  #silences = 0;

  constructor(deadlines: Deadlines, late: (error: HttpTimeout) => void) {
    this.#deadlines = deadlines;
    this.#late = late;
  }

  /** Begins a phase; the one before is over. */
  begin(phase: HttpPhase): void {
    this.end();
    this.#phase = phase;
    const milliseconds = this.#allowed(phase);
    if (milliseconds > longestTimerMs) return;
    const timer =
      phase === "idle"
        ? setInterval(() => this.#look(milliseconds), milliseconds / looks)
        : setTimeout(() => this.#expire(phase, milliseconds, timer), milliseconds);
    this.#timer = timer.unref();
  }

  /** A piece of the body has come. Called for each: a deadline of its own would cost more than all that is done to it. */
  heard(): void {
    this.#silences = 0;
    if (this.#phase === "first-byte") this.begin("idle");
  }

  /** Nothing is waited for any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#phase = undefined;
    this.#silences = 0;
  }

  #allowed(phase: HttpPhase): number {
    const { connectMs, headersMs, firstByteMs, idleMs } = this.#deadlines;
    return { connect: connectMs, headers: headersMs, "first-byte": firstByteMs, idle: idleMs }[phase];
  }

  #look(milliseconds: number): void {
    this.#silences++;
    if (this.#silences >= looks) this.#expire("idle", milliseconds, this.#timer);
  }

  /** A program that was busy for so long finds its timers due before it is shown what has come in the meantime. */
  #expire(phase: HttpPhase, milliseconds: number, timer: NodeJS.Timeout | undefined): void {
    setImmediate(() => {
      const silent = phase !== "idle" || this.#silences >= looks;
      if (this.#timer === timer && timer !== undefined && silent) this.#late(new HttpTimeout(phase, milliseconds));
    });
  }
}
