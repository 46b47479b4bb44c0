import { capabilityNames } from "./capabilities.ts";
import { finishReasons, modelEventTypes } from "./event.ts";
import { toolKinds } from "./request.ts";

/** The contracts that plugins may be written for. Older ones are admitted through an adapter, see `contractAdapters`. */
export const supportedContracts = [1] as const;

export type Contract = (typeof supportedContracts)[number];

const features: ReadonlySet<string> = new Set([
  ...modelEventTypes.map((type) => `event:${type}`),
  ...finishReasons.map((reason) => `finish:${reason}`),
  ...toolKinds.map((kind) => `tool:${kind}`),
  ...capabilityNames.map((name) => `capability:${name}`),
]);

/**
 * Returns whether this core understands a feature, such as `event:source`, `finish:pause`, `tool:freeform` or
 * `capability:images`. A plugin asks before it uses one that was added after contract 1 began. Unknown text is false.
 */
export function supports(feature: string): boolean {
  return features.has(feature);
}
