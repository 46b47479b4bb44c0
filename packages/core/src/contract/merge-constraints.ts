import { type CompleteConstraints, type ConstraintsInput, defaultConstraints, noConstraints } from "./constraints.ts";

/** So many different merged sets are kept. */
const limit = 500;
const byText = new Map<string, CompleteConstraints>();

/**
 * Merges constraints field by field, each layer over those before it, and all over `defaultConstraints`. `"none"` replaces
 * all that comes before it. Equal constraints give the same object, so that results can be cached by it.
 */
export function mergeConstraints(...layers: readonly (ConstraintsInput | undefined)[]): CompleteConstraints {
  const merged = layers.reduce(layOver, defaultConstraints);
  return merged === defaultConstraints || merged === noConstraints ? merged : intern(merged);
}

function layOver(below: CompleteConstraints, above: ConstraintsInput | undefined): CompleteConstraints {
  if (above === undefined) return below;
  if (above === "none") return noConstraints;
  const own = Object.entries(above).filter(([field, value]) => value !== undefined && field in defaultConstraints);
  return own.length === 0 ? below : { ...below, ...Object.fromEntries(own) };
}

function intern(constraints: CompleteConstraints): CompleteConstraints {
  const text = JSON.stringify(constraints);
  const known = byText.get(text);
  if (known !== undefined) return known;
  for (const oldest of byText.keys()) {
    if (byText.size < limit) break;
    byText.delete(oldest);
  }
  byText.set(text, constraints);
  return constraints;
}
