import type { Phase } from "@waygate/core/plugin";

/** The phases of one HTTP exchange. */
export type HttpPhase = Extract<Phase, "connect" | "headers" | "first-byte" | "idle">;

/** A phase of an exchange took longer than its deadline. */
export class HttpTimeout extends Error {
  override readonly name = "HttpTimeout";
  readonly phase: HttpPhase;
  /** The deadline. `undefined` if it was the one of the host's dispatcher. */
  readonly milliseconds: number | undefined;

  constructor(phase: HttpPhase, milliseconds?: number) {
    super(`The phase "${phase}" timed out${milliseconds === undefined ? "" : ` after ${milliseconds} ms`}.`);
    this.phase = phase;
    this.milliseconds = milliseconds;
  }
}
