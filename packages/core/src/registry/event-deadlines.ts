import type { Deadlines } from "../contract/deadlines.ts";
import { SilenceWatch, type WatchedStream } from "./silence-watch.ts";

/**
 * The deadlines of a stream that keeps none itself. Core sees its events and not its bytes, so `firstByteMs` counts to the
 * first event and `idleMs` from one event to the next. Notices do not count: they are signs of life.
 */
export class EventDeadlines {
  readonly #idle: () => SilenceWatch;
  #watch: SilenceWatch;
  #begun = false;

  /** `onSilence` is called once, with the phase that took too long. */
  constructor(stream: WatchedStream, deadlines: Deadlines, onSilence: (phase: "first-byte" | "idle") => void) {
    const idle = () => new SilenceWatch(stream, deadlines.idleMs, () => onSilence("idle"));
    this.#idle = idle;
    this.#watch = new SilenceWatch(stream, deadlines.firstByteMs, () => onSilence("first-byte"));
  }

  /** A read begins to wait. */
  waits(): void {
    this.#watch.waits();
  }

  /** An event has come that is no notice. */
  heard(): void {
    if (!this.#begun) {
      this.#begun = true;
      this.#watch.stop();
      this.#watch = this.#idle();
    }
    this.#watch.heard();
  }

  stop(): void {
    this.#watch.stop();
  }
}
