/** For fields that are merged if both layers have them: how. */
export type FieldRules<Fields> = {
  readonly [Field in keyof Fields]?: (below: NonNullable<Fields[Field]>, above: NonNullable<Fields[Field]>) => unknown;
};

/** Lays fields over others. An upper field replaces the lower one, unless a rule says how the two are merged. */
export function layFields<Below extends object, Above extends object>(
  below: Below,
  above: Above,
  rules: FieldRules<Below & Above>,
): Below & Above {
  const merged: Below & Above = { ...below, ...above };
  for (const field of Object.keys(rules) as (keyof (Below & Above))[]) {
    const [lower, upper] = [below[field as keyof Below], above[field as keyof Above]];
    if (lower === undefined || upper === undefined) continue;
    const merge = rules[field] as ((below: unknown, above: unknown) => unknown) | undefined;
    Object.assign(merged, { [field]: merge?.(lower, upper) });
  }
  return merged;
}
