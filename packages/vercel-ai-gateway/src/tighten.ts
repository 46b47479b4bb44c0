import { isObject, type JsonValue, type Privacy } from "@waygate/core/plugin";
import type { GatewayRouting } from "./gateway-routing.ts";

export interface TightenedRouting {
  readonly routing: GatewayRouting;
  /** What the later routing would have loosened, as it was written: it had no effect. */
  readonly ignored: readonly string[];
}

type Building = { -readonly [Key in keyof GatewayRouting]: GatewayRouting[Key] };

/**
 * Lays routing over routing under the privacy ratchet: what keeps data in few hands can be tightened by what comes later
 * (settings of all models, of a pattern, of one model, the request), and never loosened. `zeroDataRetention`,
 * `disallowPromptTraining` and `hipaaCompliant` stay; `only` is cut down to what both allow; what `has` demands adds up;
 * `inferenceRegion` and `headquarters` stay as they were first set; credentials of a request are left out where
 * prompts must not be trained on, which the gateway does not watch over for them. Everything else is a preference, in
 * which the later word counts.
 *
 * Returns an empty `only` where two lists have nothing in common: such a request must not be sent.
 */
export function tighten(before: GatewayRouting, later: GatewayRouting): TightenedRouting {
  const ignored: string[] = [];
  const merged: Building = { ...before, ...later };
  for (const key of ["zeroDataRetention", "disallowPromptTraining", "hipaaCompliant"] as const) {
    if (before[key] !== true || later[key] !== false) continue;
    merged[key] = true;
    ignored.push(`${key}: false`);
  }
  if (before.only !== undefined && later.only !== undefined) {
    const allowed = before.only;
    merged.only = later.only.filter((slug) => allowed.includes(slug));
    const outside = later.only.filter((slug) => !allowed.includes(slug));
    ignored.push(...outside.map((slug) => `only: ${JSON.stringify(slug)}`));
  }
  keepPlace("inferenceRegion", before, later, merged, ignored);
  keepPlace("headquarters", before, later, merged, ignored);
  if (later.byok !== undefined && before.disallowPromptTraining === true && before.zeroDataRetention !== true) {
    delete merged.byok;
    ignored.push("byok");
  }
  if (before.has !== undefined && later.has !== undefined) merged.has = union(before.has, later.has);
  if (before.tags !== undefined && later.tags !== undefined) merged.tags = union(before.tags, later.tags);
  if (before.providerTimeouts !== undefined && later.providerTimeouts !== undefined) {
    merged.providerTimeouts = layTimeouts(before.providerTimeouts, later.providerTimeouts);
  }
  return { routing: merged, ignored };
}

/** A request's portable demands, as routing. */
export function routingOf({ zeroDataRetention, denyDataCollection, onlyUpstreams }: Privacy): GatewayRouting {
  return {
    ...(zeroDataRetention === true && { zeroDataRetention: true }),
    ...(denyDataCollection === true && { disallowPromptTraining: true }),
    ...(onlyUpstreams !== undefined && { only: onlyUpstreams }),
  };
}

/** What routing demands of whoever sees a request, in portable terms. */
export function privacyOf({ zeroDataRetention, disallowPromptTraining, only }: GatewayRouting): Privacy {
  return { zeroDataRetention, denyDataCollection: disallowPromptTraining, onlyUpstreams: only };
}

/** A region says more than `global` does; of two others none is narrower, as far as anybody can tell from here. */
function keepPlace(
  key: "inferenceRegion" | "headquarters",
  before: GatewayRouting,
  later: GatewayRouting,
  merged: Building,
  ignored: string[],
): void {
  const [first, second] = [before[key], later[key]];
  if (first === undefined || second === undefined || isAnywhere(first) || isSame(first, second)) return;
  Object.assign(merged, { [key]: first });
  ignored.push(`${key}: ${JSON.stringify(second)}`);
}

function isAnywhere(region: JsonValue): boolean {
  return isObject(region) && region.scope === "global" && region.providers === undefined;
}

/** Equal up to the order of keys. */
function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, index) => isSame(value, other[index]));
  }
  if (!isObject(one) || !isObject(other)) return one === other;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => isSame(one[key], other[key]));
}

function union(before: readonly string[], later: readonly string[]): readonly string[] {
  return [...new Set([...before, ...later])];
}

function layTimeouts(
  before: NonNullable<GatewayRouting["providerTimeouts"]>,
  later: NonNullable<GatewayRouting["providerTimeouts"]>,
): NonNullable<GatewayRouting["providerTimeouts"]> {
  const merged = { ...before, ...later };
  for (const key of ["byok", "system"] as const) {
    if (before[key] !== undefined && later[key] !== undefined) merged[key] = { ...before[key], ...later[key] };
  }
  return merged;
}
