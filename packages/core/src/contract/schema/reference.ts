import { isObject } from "../json.ts";

/**
 * Returns what a reference within the same schema, such as `#/$defs/point`, leads to; `undefined` if it leads nowhere, is
 * broken, or leaves the schema.
 */
export function resolveReference(reference: string, root: unknown): unknown {
  if (reference !== "#" && !reference.startsWith("#/")) return undefined;
  let target = root;
  for (const segment of reference.split("/").slice(1)) {
    const key = decoded(segment);
    if (key === undefined) return undefined;
    if (Array.isArray(target)) target = /^\d+$/.test(key) ? target[Number(key)] : undefined;
    else if (isObject(target) && Object.hasOwn(target, key)) target = target[key];
    else return undefined;
  }
  return target;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return undefined;
  }
}
