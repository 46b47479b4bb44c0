import { isObject } from "@waygate/core/plugin";

/** Lays one object over another: objects key by key, everything else whole. */
export function overlay(below: unknown, above: unknown): unknown {
  if (above === undefined) return below;
  if (!isObject(below) || !isObject(above)) return above;
  const entries = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) entries.set(key, overlay(entries.get(key), value));
  return Object.fromEntries(entries);
}
