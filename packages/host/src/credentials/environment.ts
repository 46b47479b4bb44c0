import type { Environment } from "../locations.ts";

/** The first of some variables that is not empty. */
export function fromEnvironment(
  names: readonly string[],
  environment: Environment,
): { readonly variable: string; readonly value: string } | undefined {
  for (const variable of names) {
    const value = unwrapped(environment[variable] ?? "");
    if (value !== "") return { variable, value };
  }
  return undefined;
}

/** `export KEY=$(cat file)` may leave a line break, and `docker --env-file` leaves quotes. No key has either. */
function unwrapped(value: string): string {
  const text = value.trim();
  const [, , inside] = /^(["'])(.*)\1$/s.exec(text) ?? [];
  return inside === undefined ? text : inside.trim();
}

/** Why a text cannot be a key, in words that complete "It … "; undefined where it can. */
export function keyProblem(value: string): string | undefined {
  if (value === "") return "is empty";
  // Sent in a header, where nothing else can stand.
  if (!/^[\x20-\x7e]+$/.test(value)) return "holds characters that no key has, such as a line break or an accent";
  return undefined;
}
