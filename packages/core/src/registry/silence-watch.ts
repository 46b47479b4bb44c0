import { longestTimerMs } from "../contract/deadlines.ts";

/** A stream whose silence is watched. */
export interface WatchedStream {
  /** Whether a read waits for the plugin. */
  readonly isWaiting: boolean;
}

/** How often a stream is looked at within the time that it may be silent: it ends at most a tenth of that time late. */
const looks = 10;

/**
 * Watches a stream for silence of the plugin. The time that the consumer takes does not count. No clock is read for an
 * event: a timer looks now and then whether anything has come.
 */
export class SilenceWatch {
  readonly #stream: WatchedStream;
  readonly #limitMs: number;
  readonly #onSilence: () => void;
  #heard = false;
  /** Whether the limit was seen to be exceeded. A busy program gets another chance to read what has come meanwhile. */
  #late = false;
  /** On the clock of `performance.now()`. */
  #due = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** `onSilence` is called once, when a read has waited for longer than `limitMs` for something that counts. */
  constructor(stream: WatchedStream, limitMs: number, onSilence: () => void) {
    this.#stream = stream;
    this.#limitMs = limitMs;
    this.#onSilence = onSilence;
    this.#stopped = limitMs > longestTimerMs;
  }

  /** A read begins to wait. Called for each of them. */
  waits(): void {
    if (this.#timer === undefined && !this.#stopped) this.#restart();
  }

  /** Something that counts has come. */
  heard(): void {
    this.#heard = true;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #restart(): void {
    this.#heard = false;
    this.#late = false;
    this.#due = performance.now() + this.#limitMs;
    this.#lookAfter(this.#limitMs / looks);
  }

  #lookAfter(milliseconds: number): void {
    this.#timer = setTimeout(this.#look, milliseconds);
    // A stream that was left behind, unread, does not keep the program alive. In browsers timers are numbers.
    (this.#timer as { unref?(): void }).unref?.();
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    // The next read starts it again.
    if (!this.#stream.isWaiting) return;
    if (this.#heard) {
      this.#restart();
      return;
    }
    const left = this.#due - performance.now();
    if (left > 0 || !this.#late) {
      this.#late = left <= 0;
      this.#lookAfter(Math.max(1, Math.min(left, this.#limitMs / looks)));
      return;
    }
    this.stop();
    this.#onSilence();
  };
}
