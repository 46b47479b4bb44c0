import type { RunEndReason } from "@waygate/core";

/** What scripts can tell from how the program ended. */
export const exitCode = {
  ok: 0,
  /** The model or the gateway failed, or something is wrong with it. */
  failed: 1,
  /** Wrong usage, settings or model: nothing was asked. */
  usage: 2,
  /** The answer is incomplete: a limit, a filter or a refusal ended it. */
  incomplete: 3,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Something that the person at the keyboard has to change. The message says what, in one sentence. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** Stable, for programs. */
  readonly code: string;

  constructor(message: string, code: "usage" | "settings" = "usage") {
    super(message);
    this.code = code;
  }
}

/** The exit code that the end of a run stands for. */
export function exitCodeOfEnd(reason: RunEndReason): ExitCode {
  return reason === "stop" ? exitCode.ok : exitCode.incomplete;
}
