import type { Environment } from "../locations.ts";

/** The first of some variables that is not empty. */
export function fromEnvironment(
  names: readonly string[],
  environment: Environment,
): { readonly variable: string; readonly value: string } | undefined {
  for (const variable of names) {
    // A line break at the end comes with `export KEY=$(cat file)` gone wrong; in a header it would be an error.
    const value = environment[variable]?.trim();
    if (value !== undefined && value !== "") return { variable, value };
  }
  return undefined;
}

/** Why a text cannot be a key, in words that complete "It … "; undefined where it can. */
export function keyProblem(value: string): string | undefined {
  if (value === "") return "is empty";
  // Sent in a header, where nothing else can stand.
  if (!/^[\x20-\x7e]+$/.test(value)) return "holds characters that no key has, such as a line break or an accent";
  return undefined;
}
