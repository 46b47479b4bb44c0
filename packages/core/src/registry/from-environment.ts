import { GatewayError } from "../contract/error.ts";
import type { CredentialSource } from "./types.ts";

/** Variables by their names. Values that are not text, such as bindings of a worker, are passed over. */
export type Environment = Readonly<Record<string, unknown>>;

/**
 * Returns a credential source for `createRegistry` that reads environment variables: those that the plugin declares, the
 * first that is not empty. They are read at each request. White space and quotes around a value are removed, as they come
 * from files and shells and no key has them. A value with other characters that no key has is rejected with a `GatewayError`
 * of code `credentials`.
 *
 * @param environment Default: the variables of the process, or none on a runtime without them.
 */
export function fromEnvironment(environment?: Environment): CredentialSource {
  return ({ gateway, credential }) => {
    const variables = environment ?? ofProcess();
    for (const variable of credential.env) {
      const value = unwrapped(variables[variable]);
      if (value === "") continue;
      if (/^[\x20-\x7e]+$/.test(value)) return value;
      throw new GatewayError(
        `The environment variable ${variable} has characters that no key has, such as a line break or an accent. ` +
          `Set it again for gateway "${gateway}".`,
        { gateway, code: "credentials" },
      );
    }
    return undefined;
  };
}

/** Core imports nothing of Node; Deno and Bun have this global too. */
function ofProcess(): Environment {
  const { process } = globalThis as { readonly process?: { readonly env?: Environment } };
  return process?.env ?? {};
}

/** `export KEY=$(cat file)` may leave a line break, and `docker --env-file` leaves quotes. */
function unwrapped(value: unknown): string {
  const text = typeof value === "string" ? value.trim() : "";
  const [, , inside] = /^(["'])(.*)\1$/s.exec(text) ?? [];
  return inside === undefined ? text : inside.trim();
}
