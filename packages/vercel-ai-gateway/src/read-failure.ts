import { type ErrorCode, isObject } from "@waygate/core/plugin";
import type { FailedAnswer, FailureReading } from "@waygate/plugin-kit";
import { readText } from "@waygate/plugin-kit";
import { upstreamOf } from "./read-end.ts";

interface Meaning {
  readonly code: ErrorCode;
  /** Where it is another than the code's own. */
  readonly retryable?: boolean;
  /** What to do about it, where that is more than the code says. */
  readonly remedy?: string;
}

const credit = "It is your team's credit with the AI Gateway.";
const boughtCredit = "It takes bought credit with the AI Gateway.";

/**
 * What the gateway's error types mean, where that is more than all services have in common. Sources: the pages of
 * vercel.com/docs/ai-gateway on rate limits, budgets, zero data retention and prompt training, and the types that
 * Vercel's own client knows (vercel/ai, packages/gateway/src/errors).
 */
const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ["insufficient_funds", { code: "payment-required", remedy: credit }],
  [
    "quota_for_entity_exceeded",
    {
      code: "payment-required",
      remedy: "It is a budget that your team has set: raise it, or wait until it starts anew.",
    },
  ],
  [
    "customer_verification_required",
    { code: "payment-required", remedy: "Add a way to pay to your team's AI Gateway at Vercel, then ask again." },
  ],
  ["free_tier_model_not_available", { code: "payment-required", remedy: boughtCredit }],
  [
    "no_providers_available",
    {
      code: "invalid-request",
      remedy:
        "No provider of this model meets what is asked of it: relax the routing in the settings, the request or the " +
        "team's dashboard (only, zeroDataRetention and the like), or choose another model.",
    },
  ],
  ["access_denied", { code: "permission", remedy: "The team is shut out from the gateway: ask Vercel's support why." }],
  ["not_found", { code: "model-not-found" }],
  ["timeout_error", { code: "timeout" }],
  [
    "failed_dependency",
    {
      code: "server-error",
      retryable: false,
      remedy: "The provider lacks something that the request depends on: ask another one.",
    },
  ],
]);

/** Reads an error of the gateway, or of the provider behind it that it passes on. */
export function readFailure(failed: FailedAnswer): FailureReading {
  const { status, body, detail } = failed;
  const outer = isObject(body) ? body : {};
  const error = isObject(outer.error) ? outer.error : outer;
  const { code, remedy, retryable } = meaningOf(failed, readText(error.type) ?? readText(outer.type), error.param);
  const metadata = [outer.providerMetadata, outer.provider_metadata].find(isObject);
  return {
    code,
    detail: detailOf(detail, metadata?.gateway),
    upstream: upstreamOf(metadata?.gateway),
    remedy: remedy === credit || remedy === boughtCredit ? withLink(remedy, detail) : remedy,
    // Vercel's own client asks again after a conflict, which otherwise counts as the caller's fault.
    retryable: status === 409 ? true : retryable,
  };
}

function meaningOf({ status, code, detail }: FailedAnswer, type: string | undefined, param: unknown): Meaning {
  // Said under several types.
  if (/free (tier|credits?)/i.test(detail)) {
    if (status === 403) return { code: "payment-required", remedy: boughtCredit };
    if (status === 429) return { code: "rate-limited", remedy: boughtCredit };
  }
  const known = meanings.get(type ?? "");
  if (status === 403 && isObject(param) && typeof param.ruleId === "string") {
    return { code: "permission", remedy: `A routing rule of the team forbids it: ${param.ruleId}.` };
  }
  if (status === 403 && type === "no_providers_available") {
    return { code: "permission", remedy: "The team allows none of the providers that could serve it." };
  }
  return known ?? (code === "payment-required" ? { code, remedy: credit } : { code });
}

/** The gateway's own words mostly hold the link already. */
function withLink(words: string, detail: string): string {
  if (detail.includes("https://vercel.com/")) return words;
  return `${words} Add to it at https://vercel.com/d?to=%2F%5Bteam%5D%2F%7E%2Fai%3Fmodal%3Dtop-up.`;
}

/** The gateway's words, with those of the provider that failed last, where the gateway does not repeat them. */
function detailOf(detail: string, gateway: unknown): string {
  const routing = isObject(gateway) && isObject(gateway.routing) ? gateway.routing : {};
  const attempts = Array.isArray(routing.attempts) ? routing.attempts.filter(isObject) : [];
  const words = readText(attempts.findLast(({ error }) => readText(error) !== undefined)?.error);
  return words === undefined || detail.includes(words) ? detail : `${detail} (${words})`;
}
