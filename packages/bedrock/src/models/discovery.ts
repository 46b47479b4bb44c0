import type { BedrockClient } from "@aws-sdk/client-bedrock";
import { abortable } from "@waygate/core/plugin";
import { codeOf } from "../failure/failure-of.ts";
import { serviceFailure } from "../failure/service-error.ts";
import { limits } from "../limits.ts";
import { behind, type Discovered, ListingFailure, list } from "./discovered.ts";

/** Asks AWS what there is, once in a while; a failure is remembered for a while too. */
export interface Discovery {
  /** Rejects where AWS does not say, or may not be asked. */
  listing(signal: AbortSignal, refresh: boolean): Promise<Discovered>;
  /**
   * The same for a request, which waits for the first listing only: while one is renewed, and where that fails, the one
   * before goes on counting, or that there is none (undefined).
   */
  current(signal: AbortSignal): Promise<Discovered | undefined>;
  /** The model behind a profile whose ARN does not say. Rejects where it may not be asked. */
  foundation(arn: string, signal: AbortSignal): Promise<string | undefined>;
}

interface Outcome {
  readonly at: number;
  readonly result: Promise<Discovered>;
  /** `partial`: some of the lists are missing. `unasked`: what failed is nothing that AWS has said of its lists. */
  state: "pending" | "listed" | "partial" | "failed" | "unasked";
}

export function discovery(control: () => Promise<BedrockClient>): Discovery {
  let latest: Outcome | undefined;
  let known: Discovered | undefined;
  let first = true;
  const foundations = new Map<string, { at: number; readonly result: Promise<string | undefined> }>();

  const isFresh = (outcome: Outcome) => {
    const whole = outcome.state === "pending" || outcome.state === "listed";
    return Date.now() - outcome.at < (whole ? limits.listingAgeMs : limits.listingRetryMs);
  };
  const begin = (): Outcome => {
    // Shared by all who ask meanwhile: no single one's abort may end it.
    const result = list(control, AbortSignal.timeout(limits.listingMs * 4));
    const outcome: Outcome = { at: Date.now(), result, state: "pending" };
    result.then(
      (listing) => {
        const whole = listing.failure === undefined;
        outcome.state = whole ? "listed" : "partial";
        if (whole || known === undefined || known.failure !== undefined) known = listing;
        first = false;
      },
      (error: unknown) => {
        outcome.state = isOfLists(error) ? "failed" : "unasked";
        first = false;
      },
    );
    return outcome;
  };

  return {
    async listing(signal, refresh) {
      if (latest === undefined || refresh || latest.state === "unasked" || !isFresh(latest)) latest = begin();
      return await abortable(latest.result, signal);
    },
    async current(signal) {
      if (latest === undefined || !isFresh(latest)) latest = begin();
      if (known !== undefined || (latest.state === "pending" && !first)) return known;
      return await abortable(latest.result, signal);
    },
    async foundation(arn, signal) {
      let asked = foundations.get(arn);
      if (asked === undefined || Date.now() - asked.at > limits.listingRetryMs) {
        const outcome = { at: Date.now(), result: behind(control, arn, AbortSignal.timeout(limits.listingMs)) };
        // What a profile leads to never changes: it is asked for again only where there was no answer.
        outcome.result.then(
          (model) => {
            if (model !== undefined) outcome.at = Number.POSITIVE_INFINITY;
          },
          () => undefined,
        );
        foundations.set(arn, outcome);
        asked = outcome;
      }
      return await abortable(asked.result, signal);
    },
  };
}

/**
 * Whether a failure is worth remembering for whoever wants a list. Credentials, the network and the clock may be right a
 * moment later, and are mended by somebody who then looks again; requests do not ask each time for what they can go without.
 */
function isOfLists(error: unknown): boolean {
  if (error instanceof ListingFailure) return true;
  const refusal = serviceFailure(error);
  return refusal !== undefined && codeOf(refusal) !== "authentication";
}
