/** A type whose optional keys may also be `undefined`, as schema libraries infer them. */
export type Loose<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : Value extends readonly (infer Item)[]
    ? readonly Loose<Item>[]
    : { readonly [Key in keyof Value]: Loose<Value[Key]> | undefined };

/** Returns a value without the keys whose value is `undefined`, which JSON does not have. Lists keep their length. */
export function compact<Value>(value: Loose<Value>): Value {
  return withoutUndefined(value) as Value;
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutUndefined(inner)]));
}
