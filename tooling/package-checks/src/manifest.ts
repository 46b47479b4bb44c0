import type { Manifest } from "./packages.ts";

const core = "@waygate/core";
const coreDependencies = ["@standard-schema/spec"];

/** What is wrong with a packed package.json. `privateNames`: packages of this repository that are never published. */
export function checkManifest(manifest: Manifest, privateNames: ReadonlySet<string>): readonly string[] {
  const { name, dependencies = {}, peerDependencies = {}, optionalDependencies = {} } = manifest;
  const installed = { ...dependencies, ...optionalDependencies };
  const needed = { ...installed, ...peerDependencies };
  const problems = Object.entries(needed).flatMap(([dependency, range]) => [
    ...(/^(?:workspace|file|link|catalog):/.test(range) ? [`"${dependency}": "${range}" is no range for npm`] : []),
    ...(privateNames.has(dependency) ? [`${dependency} is needed, but never published`] : []),
  ]);
  if (manifest.license !== "Apache-2.0") problems.push('"license" is not Apache-2.0');
  if (!manifest.description) problems.push('"description" is missing');
  if (manifest.type !== "module") problems.push('"type" is not "module"');
  if (manifest.sideEffects !== false) problems.push('"sideEffects" is not false');
  if (manifest.engines?.node === undefined) problems.push('"engines" names no version of Node');
  if (name === core) {
    const others = Object.keys(needed).filter((dependency) => !coreDependencies.includes(dependency));
    if (others.length > 0)
      problems.push(`core depends on ${coreDependencies.join(", ")} alone, not on ${others.join(", ")}`);
  } else if (core in installed) {
    problems.push(`${core} is a peer, so that a program has one copy of it`);
  }
  return problems;
}
