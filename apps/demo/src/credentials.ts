import type { CredentialSource } from "@waygate/core";

/** Secrets from environment variables: of those that a gateway names, the first that is not empty. */
export function environmentCredentials(environment: NodeJS.ProcessEnv): CredentialSource {
  return ({ credential }) => {
    for (const name of credential.env) {
      // A line break at the end comes with `export KEY=$(cat file)` gone wrong; in a header it would be an error.
      const value = environment[name]?.trim();
      if (value !== undefined && value !== "") return value;
    }
    return undefined;
  };
}
