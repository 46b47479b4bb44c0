import { GatewayError } from "./error.ts";
import type { Limits } from "./limits.ts";

/** Returns the error of an answer that exceeds a limit. */
export function answerExcess(gateway: string, limits: Limits, exceeded: "answerBytes" | "calls"): GatewayError {
  const what = exceeded === "calls" ? "tool calls" : "bytes";
  const message =
    `The answer of gateway "${gateway}" has more than ${limits[exceeded]} ${what} (limits.${exceeded}) and was ended. ` +
    `Increase limits.${exceeded} if such answers are expected.`;
  return new GatewayError(message, { gateway, code: "protocol" });
}
