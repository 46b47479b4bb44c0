import { type AnyErrorCode, type ErrorCode, isGatewayError } from "@waygate/core";
import { type HostErrorCode, isHostError } from "@waygate/host";
import { type ExitCode, exitCode, UsageError } from "./exit-code.ts";

const gatewayCodes: ReadonlySet<AnyErrorCode> = new Set<ErrorCode>([
  "settings",
  "credentials",
  "model-not-found",
  "model-unavailable-in-region",
  "unsupported",
]);

const hostCodes: ReadonlySet<HostErrorCode> = new Set([
  "settings-unreadable",
  "settings-syntax",
  "settings-path",
  "key-invalid",
  "key-from-environment",
  "unknown-gateway",
  "unknown-plugin",
  "unknown-credential",
  "gateway-refused",
]);

/** The exit code that a failure stands for. */
export function exitCodeOfError(error: unknown): ExitCode {
  if (error instanceof UsageError) return exitCode.usage;
  if (error instanceof DOMException && error.name === "AbortError") return exitCode.interrupted;
  if (isHostError(error)) return hostCodes.has(error.code) ? exitCode.usage : exitCode.failed;
  return isGatewayError(error) && gatewayCodes.has(error.code) ? exitCode.usage : exitCode.failed;
}
