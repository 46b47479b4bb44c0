import type { CompleteConstraints, ConstraintsInput } from "../contract/constraints.ts";
import type { Gateway } from "../contract/gateway.ts";
import { matchesModel } from "../contract/matches-model.ts";
import { mergeConstraints } from "../contract/merge-constraints.ts";
import type { Model } from "../contract/model.ts";

/** So many models are remembered per gateway. */
const limit = 500;

interface Known {
  readonly own: ConstraintsInput | undefined;
  readonly merged: CompleteConstraints;
}

const known = new WeakMap<Gateway, Map<string, Known>>();

/**
 * Returns what a model's service accepts: the model's own constraints over those of the patterns that match its id, over
 * the gateway's. `model`: what is known of it.
 */
export function constraintsOf(gateway: Gateway, id: string, model: Model | undefined): CompleteConstraints {
  let models = known.get(gateway);
  if (models === undefined) {
    models = new Map();
    known.set(gateway, models);
  }
  const own = model?.constraints;
  const remembered = models.get(id);
  if (remembered?.own === own && remembered !== undefined) return remembered.merged;
  const matching = (gateway.modelConstraints ?? []).filter(({ models: patterns }) =>
    patterns.some((pattern) => matchesModel(pattern.toLowerCase(), id.toLowerCase())),
  );
  const merged = mergeConstraints(gateway.constraints, ...matching.map(({ constraints }) => constraints), own);
  if (models.size >= limit) models.clear();
  models.set(id, { own, merged });
  return merged;
}
