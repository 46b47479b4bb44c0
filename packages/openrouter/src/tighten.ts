import { isObject, type JsonObject, type Privacy } from "@waygate/core/plugin";
import type { ProviderRouting } from "./routing-schema.ts";
import { covers } from "./slug-of.ts";

export interface TightenedRouting {
  readonly routing: ProviderRouting;
  /** What the later routing would have loosened, as it was written: it was ignored. */
  readonly ignored: readonly string[];
}

/**
 * Merges routing under the privacy ratchet: what keeps data in few hands can be tightened by what comes later (settings
 * of all models, of a pattern, of one model, the request), and never loosened. `zdr`, `enforce_distillable_text`,
 * `data_collection: "deny"` and `allow_fallbacks: false` stay; `only` is cut down to what both allow; `ignore` grows.
 * Everything else is a preference, in which the later word counts; objects are merged key by key.
 *
 * Returns an empty `only` where two lists have nothing in common: such a request must not be sent.
 */
export function tighten(before: ProviderRouting, later: ProviderRouting): TightenedRouting {
  const ignored: string[] = [];
  const merged: { -readonly [Key in keyof ProviderRouting]: ProviderRouting[Key] } = { ...before, ...later };

  for (const key of ["zdr", "enforce_distillable_text"] as const) {
    if (before[key] !== true || later[key] !== false) continue;
    ignored.push(`${key}: false`);
    merged[key] = true;
  }
  if (before.allow_fallbacks === false && later.allow_fallbacks === true) {
    ignored.push("allow_fallbacks: true");
    merged.allow_fallbacks = false;
  }
  if (denies(before) && later.data_collection === "allow") {
    ignored.push('data_collection: "allow"');
    merged.data_collection = "deny";
  }
  if (before.only !== undefined && later.only !== undefined) {
    merged.only = intersection(before.only, later.only);
    const outside = later.only.filter((slug) => intersection(before.only ?? [], [slug]).length === 0);
    ignored.push(...outside.map((slug) => `only: ${JSON.stringify(slug)}`));
  }
  if (before.ignore !== undefined && later.ignore !== undefined) {
    merged.ignore = [...new Set([...before.ignore, ...later.ignore])];
  }
  for (const key of ["sort", "max_price", "preferred_min_throughput", "preferred_max_latency"] as const) {
    const [old, own] = [before[key], later[key]];
    if (isObject(old) && isObject(own)) Object.assign(merged, { [key]: { ...old, ...own } });
  }
  return { routing: merged, ignored };
}

/** A request's portable demands, as routing. */
export function routingOf({ zeroDataRetention, denyDataCollection, onlyUpstreams }: Privacy): ProviderRouting {
  return {
    ...(zeroDataRetention === true && { zdr: true }),
    ...(denyDataCollection === true && { data_collection: "deny" as const }),
    ...(onlyUpstreams !== undefined && { only: onlyUpstreams }),
  };
}

/** What routing demands of whoever sees a request, in portable terms. */
export function privacyOf(routing: ProviderRouting): Privacy {
  const { zdr, only, order, allow_fallbacks } = routing;
  return {
    zeroDataRetention: zdr === true,
    denyDataCollection: denies(routing),
    onlyUpstreams: only ?? (allow_fallbacks === false ? order : undefined),
  };
}

/** What both lists allow. Of a provider and one of its endpoints, that is the endpoint. */
function intersection(before: readonly string[], later: readonly string[]): readonly string[] {
  const narrowed = later.filter((slug) => before.some((wider) => covers(wider, slug)));
  const kept = before.filter((slug) => later.some((wider) => covers(wider, slug)));
  return [...new Set([...narrowed, ...kept])];
}

function denies({ data_collection }: ProviderRouting): boolean {
  return data_collection === "deny" || data_collection === "disallow";
}

/** The `provider` field of a body; undefined where there is nothing to say. */
export function encodeRouting(routing: ProviderRouting): JsonObject | undefined {
  const { data_collection, ...rest } = routing;
  const encoded =
    data_collection === undefined ? rest : { ...rest, data_collection: denies(routing) ? "deny" : "allow" };
  return Object.keys(encoded).length === 0 ? undefined : (encoded as JsonObject);
}
