import type { ProviderRouting } from "./routing-schema.ts";
import { slugOf } from "./slug-of.ts";
import { tighten } from "./tighten.ts";

export interface FallbackPlan {
  /** The models that may answer in place of the one asked for. */
  readonly models: readonly string[];
  readonly routing: ProviderRouting;
  readonly notice: { readonly code: string; readonly message: string } | undefined;
}

/**
 * One routing holds for a request and for all models that may answer it. So it is tightened by what the settings say of
 * each of these, too; a model that only certain providers may serve is left out, unless the request keeps to them
 * anyway: what is a bound for one model would shut the others out.
 */
export function planFallbacks(
  models: readonly string[],
  routing: ProviderRouting,
  routingOf: (model: string) => ProviderRouting | undefined,
): FallbackPlan {
  const kept: string[] = [];
  let tightened = routing;
  for (const model of models) {
    const own = routingOf(model) ?? {};
    if (!keepsTo(routing, allowedBy(own))) continue;
    kept.push(model);
    tightened = tighten(tightened, privacyOf(own)).routing;
  }
  const out = models.filter((model) => !kept.includes(model));
  const message =
    `The settings allow ${out.join(", ")} certain providers only, which one request cannot do beside another model: ` +
    "left out of the models that may answer.";
  return {
    models: kept,
    routing: tightened,
    notice: out.length === 0 ? undefined : { code: "fallback-left-out", message },
  };
}

/** The only providers that a routing allows, if it names such. */
function allowedBy({ only, order, allow_fallbacks }: ProviderRouting): readonly string[] | undefined {
  return only ?? (allow_fallbacks === false ? order : undefined);
}

function keepsTo(routing: ProviderRouting, allowed: readonly string[] | undefined): boolean {
  if (allowed === undefined) return true;
  const bounds = new Set(allowed.map(slugOf));
  const inBounds = (slug: string) => bounds.has(slugOf(slug)) || bounds.has(slugOf(slug).split("/")[0] ?? "");
  return allowedBy(routing)?.every(inBounds) ?? false;
}

/** What can be asked of all providers alike. */
function privacyOf({ zdr, data_collection, enforce_distillable_text, ignore }: ProviderRouting): ProviderRouting {
  return {
    ...(zdr === true && { zdr }),
    ...(data_collection !== undefined && data_collection !== "allow" && { data_collection }),
    ...(enforce_distillable_text === true && { enforce_distillable_text }),
    ...(ignore !== undefined && { ignore }),
  };
}
