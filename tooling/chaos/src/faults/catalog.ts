import { connectionFaults } from "./connection.ts";
import { deliver } from "./deliver.ts";
import type { FaultKind } from "./fault.ts";
import { framingFaults } from "./framing.ts";
import { headFaults } from "./head.ts";
import { keepAliveFaults } from "./keep-alive.ts";
import { streamFaults } from "./stream.ts";

/** Every kind of fault there is. */
export const faultKinds: readonly FaultKind[] = [
  ...connectionFaults,
  ...headFaults,
  ...framingFaults,
  ...streamFaults,
  ...keepAliveFaults,
];

/** An answer as it should be. */
export const noFault: FaultKind = { name: "none", weight: 0, harmless: true, reply: (scene) => deliver(scene) };

const byName = new Map([...faultKinds, noFault].map((kind) => [kind.name, kind]));

/** Throws a `RangeError` for a name that no kind has. */
export function faultKind(name: string): FaultKind {
  const kind = byName.get(name);
  if (kind === undefined) throw new RangeError(`No fault is called "${name}".`);
  return kind;
}
