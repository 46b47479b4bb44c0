import { type ErrorCode, isObject } from "@waygate/core/plugin";
import type { FailedAnswer, FailureReading } from "@waygate/plugin-kit";
import { parseJson, readNumber, readText, readTexts } from "@waygate/plugin-kit";

/**
 * What OpenRouter's `error_type` says, where its status says less.
 * Source: openrouter.ai/docs/api_reference/errors-and-debugging, typed error codes.
 */
const codeOfType: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["context_length_exceeded", "context-overflow"],
  ["authentication", "authentication"],
  ["permission_denied", "permission"],
  ["payment_required", "payment-required"],
  ["rate_limit_exceeded", "rate-limited"],
  ["provider_overloaded", "overloaded"],
  ["provider_unavailable", "server-error"],
  ["content_policy_violation", "content-filter"],
  ["refusal", "content-filter"],
  ["timeout", "timeout"],
  ["server", "server-error"],
]);

/** What `availability.code` says of a model that could not be served, by the same source. */
const codeOfAvailability: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["model_not_found", "model-not-found"],
  ["model_deprecated", "model-not-found"],
  ["model_unavailable_upstream", "model-not-found"],
  ["free_variant_ended", "model-not-found"],
  ["region_restricted", "model-unavailable-in-region"],
  ["capacity_exhausted", "rate-limited"],
  ["temporarily_unavailable", "overloaded"],
  ["no_endpoints", "invalid-request"],
  ["privacy_restricted", "invalid-request"],
  ["constraint_filtered", "invalid-request"],
  ["wrong_endpoint", "invalid-request"],
]);

/** No provider is left for a model that there is: words of answers that have no `availability`. */
const noneLeft = /no (?:allowed |available )?(?:endpoints|providers)|data policy|guardrail restrictions/i;

/** Reads an error of OpenRouter, or of the provider behind it that it passes on. */
export function readFailure(failed: FailedAnswer): FailureReading | undefined {
  const error = isObject(failed.body) && isObject(failed.body.error) ? failed.body.error : {};
  const metadata = isObject(error.metadata) ? error.metadata : {};
  const availability = isObject(error.availability) ? error.availability : {};
  const code = codeOf(failed, metadata, availability, readText(metadata.error_type) ?? readText(error.error_type));
  return {
    code,
    detail: detailOf(failed, error, metadata),
    remedy: remedyOf(code, failed, metadata, availability),
    retryable: typeof availability.retryable === "boolean" ? availability.retryable : undefined,
    retryAfterMs: milliseconds(availability.retry_after),
  };
}

function codeOf(
  { status, code, detail }: FailedAnswer,
  metadata: Record<string, unknown>,
  availability: Record<string, unknown>,
  type: string | undefined,
): ErrorCode {
  const known = codeOfAvailability.get(readText(availability.code) ?? "");
  if (known !== undefined) return known;
  // Moderation names its reasons, a guardrail the patterns that it found.
  if (Array.isArray(metadata.reasons) || (status === 403 && Array.isArray(metadata.patterns))) return "content-filter";
  if (status === 404) return noneLeft.test(detail) ? "invalid-request" : code;
  if (status === 400 && /not a valid model/i.test(detail)) return "model-not-found";
  return codeOfType.get(type ?? "") ?? code;
}

/** OpenRouter's words, with what the provider itself said, or why the input was flagged. */
function detailOf({ detail }: FailedAnswer, error: Record<string, unknown>, metadata: Record<string, unknown>): string {
  const words = readText(error.message) ?? detail;
  const said = [rawWords(metadata.raw)];
  if (Array.isArray(metadata.reasons)) said.push(`reasons: ${metadata.reasons.join(", ")}`);
  if (Array.isArray(metadata.patterns)) said.push(`patterns: ${metadata.patterns.join(", ")}`);
  if (readText(metadata.flagged_input) !== undefined) said.push(`flagged: ${JSON.stringify(metadata.flagged_input)}`);
  if (readText(metadata.provider_code) !== undefined) said.push(`provider's code: ${metadata.provider_code}`);
  const more = said.filter((part) => part !== undefined && part !== words);
  return more.length === 0 ? words : `${words} (${more.join("; ")})`;
}

/** What a provider said: text, or JSON, which often is text, that holds its words. */
function rawWords(raw: unknown): string | undefined {
  if (typeof raw === "string") {
    const parsed = parseJson(raw);
    return parsed === undefined ? readText(raw.trim()) : (innerMessage(parsed) ?? raw.trim());
  }
  return isObject(raw) ? (innerMessage(raw) ?? JSON.stringify(raw)) : undefined;
}

function innerMessage(value: unknown): string | undefined {
  const outer: unknown = Array.isArray(value) ? value[0] : value;
  if (!isObject(outer)) return undefined;
  if (isObject(outer.error)) return readText(outer.error.message);
  return readText(outer.error) ?? readText(outer.message);
}

function remedyOf(
  code: ErrorCode,
  { detail, upstream }: FailedAnswer,
  metadata: Record<string, unknown>,
  availability: Record<string, unknown>,
): string | undefined {
  if (code === "payment-required") return whoseCredit(detail, upstream);
  if (code === "content-filter") return "Change what is asked, or choose a model that is not moderated.";
  const excluded = readTexts(availability.excluded_by) ?? [];
  const constraint = isObject(availability.constraint) ? readText(availability.constraint.field) : undefined;
  const suggested = readTexts(availability.fallback_models) ?? [];
  const instead = suggested.length === 0 ? "" : ` OpenRouter suggests ${suggested.join(", ")}.`;
  if (code === "model-not-found" && instead !== "") return instead.trim();
  if (code === "invalid-request" && (excluded.length > 0 || constraint !== undefined || noneLeft.test(detail))) {
    const why = excluded.length > 0 ? excluded.join(", ") : (constraint ?? "the routing");
    return (
      `No provider of this model is left by ${why}: relax "provider" in the settings or the request, ` +
      `or https://openrouter.ai/settings/privacy.${instead}`
    );
  }
  if (code === "rate-limited" && /free-models-per-day/.test(detail)) {
    return "The day's requests to free models are used up: wait until tomorrow, or choose one that is paid for.";
  }
  if (code === "rate-limited" && upstream !== undefined && metadata.raw !== undefined) {
    return `${upstream} is at its limit: try again later, or allow other providers or models.`;
  }
  return undefined;
}

/** A 402 is OpenRouter's own, unless a provider answered it to a key that the person brought. */
function whoseCredit(detail: string, upstream: string | undefined): string {
  if (upstream !== undefined) return `It is the credit with ${upstream} that is short, on the key that you brought.`;
  const smaller = /fewer max_tokens/i.test(detail) ? " Or have it answer less: set max_output_tokens." : "";
  if (/settings\/keys|key limit|limit (?:of|on) (?:the|this|your) (?:api )?key/i.test(detail)) {
    return `It is the limit of this OpenRouter key: raise it at https://openrouter.ai/settings/keys.${smaller}`;
  }
  return `It is your credit with OpenRouter: add to it at https://openrouter.ai/settings/credits.${smaller}`;
}

function milliseconds(seconds: unknown): number | undefined {
  const read = readNumber(seconds);
  return read === undefined ? undefined : read * 1000;
}
