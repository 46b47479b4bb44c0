import type { CredentialSpec } from "@waygate/core/plugin";

/** Both names of a variable: this project's own wins over the one that Zed uses. */
const variables = (name: string) => [`WAYGATE_${name}`, `ZED_${name}`];

const keysPage = "https://console.aws.amazon.com/iam/home#/security_credentials";
const apiKeysPage = "https://console.aws.amazon.com/bedrock/home#/api-keys";

/**
 * What a host looks up for Bedrock. Region, profile and endpoint are no secrets, but come from the same places: an
 * environment of their own, so that a person's other AWS programs are neither overridden nor their variables consumed.
 */
export const credentials = [
  { id: "access_key_id", label: "AWS access key ID", env: variables("ACCESS_KEY_ID"), help: keysPage },
  { id: "secret_access_key", label: "AWS secret access key", env: variables("SECRET_ACCESS_KEY"), help: keysPage },
  { id: "session_token", label: "AWS session token", env: variables("SESSION_TOKEN") },
  { id: "bearer_token", label: "Bedrock API key", env: variables("BEDROCK_BEARER_TOKEN"), help: apiKeysPage },
  { id: "profile", label: "AWS profile", env: variables("AWS_PROFILE") },
  { id: "region", label: "AWS region", env: variables("AWS_REGION") },
  { id: "endpoint", label: "Bedrock endpoint", env: variables("AWS_ENDPOINT") },
].map((spec): CredentialSpec => ({ ...spec, optional: true }));

export type CredentialId =
  | "access_key_id"
  | "secret_access_key"
  | "session_token"
  | "bearer_token"
  | "profile"
  | "region"
  | "endpoint";

/** `WAYGATE_AWS_REGION or ZED_AWS_REGION` */
export function variablesOf(id: CredentialId): string {
  return credentials.find((spec) => spec.id === id)?.env.join(" or ") ?? id;
}

/** For people: `Bedrock API key`. */
export function labelOf(id: CredentialId): string {
  return credentials.find((spec) => spec.id === id)?.label ?? id;
}

/** Whether it goes out in headers or in a signature. */
export function isKey(id: CredentialId): boolean {
  return keys.has(id);
}

const keys = new Set<CredentialId>(["access_key_id", "secret_access_key", "session_token", "bearer_token"]);
