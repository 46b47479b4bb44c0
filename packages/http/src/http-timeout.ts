import type { Phase } from "@waygate/core/plugin";

/** The phases of an exchange, as far as HTTP is concerned. */
export type HttpPhase = Extract<Phase, "connect" | "headers" | "first-byte" | "idle">;

/** A phase of an exchange took longer than it may. */
export class HttpTimeout extends Error {
  override readonly name = "HttpTimeout";
  readonly phase: HttpPhase;
  /** How long it was allowed to take. Undefined where the host's dispatcher had a deadline of its own. */
  readonly milliseconds: number | undefined;

  constructor(phase: HttpPhase, milliseconds?: number) {
    super(`The phase "${phase}" took longer than ${milliseconds === undefined ? "it may" : `${milliseconds} ms`}.`);
    this.phase = phase;
    this.milliseconds = milliseconds;
  }
}
