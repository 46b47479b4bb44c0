import { GatewayError } from "@waygate/core/plugin";
import { addressProblem } from "@waygate/http";
import { quote } from "@waygate/plugin-kit";
import { isRegionName } from "../is-region-name.ts";
import type { BedrockSettings } from "../settings.ts";
import { profileRegion } from "./aws-configuration.ts";
import { type CredentialId, isKey, labelOf, variablesOf } from "./credentials.ts";

/** A value, and where it comes from, for people. */
export interface Sourced {
  readonly value: string;
  readonly from: string;
}

/** Who the gateway is to AWS. */
export type Auth =
  | { readonly method: "profile"; readonly profile: Sourced; readonly from: string }
  | {
      readonly method: "static";
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken: string | undefined;
      readonly from: string;
    }
  | { readonly method: "api_key"; readonly token: string; readonly from: string }
  | { readonly method: "default"; readonly profile: Sourced | undefined; readonly from: string };

/** All that decides how AWS is reached. Two that are equal can share connections. */
export interface Setup {
  readonly auth: Auth;
  /** Undefined: the SDK's own search decides, for the method `default` alone. */
  readonly region: Sourced | undefined;
  /** In place of AWS's own address. */
  readonly endpoint: Sourced | undefined;
}

export type Credential = (id: CredentialId) => Promise<string | undefined>;

/**
 * Puts together what settings, environment and key store say. Asked anew at each request, so that changes apply at
 * once. A method that the settings name comes first; else a bearer token, then access keys, then a profile that the
 * environment names. Rejects with a `GatewayError` of code `credentials` or `settings` that says what to set.
 */
export async function resolveSetup(gateway: string, settings: BedrockSettings, ask: Credential): Promise<Setup> {
  const credential: Credential = async (id) => plain(gateway, id, await ask(id));
  const [auth, region, endpoint] = await Promise.all([
    resolveAuth(gateway, settings, credential),
    credential("region"),
    credential("endpoint"),
  ]);
  return {
    auth,
    region: await resolveRegion(gateway, settings, region, auth),
    endpoint: resolveEndpoint(gateway, settings, endpoint),
  };
}

/** What was copied, without what came along. An empty variable means nothing, whatever a source makes of it. */
function plain(gateway: string, id: CredentialId, value: string | undefined): string | undefined {
  const text = value?.trim() || undefined;
  if (text === undefined || !isKey(id) || /^[\x21-\x7e]+$/.test(text)) return text;
  throw missing(
    gateway,
    `The ${labelOf(id)} has a character that none can have: copy it again, whole (${variablesOf(id)}).`,
  );
}

async function resolveAuth(gateway: string, settings: BedrockSettings, credential: Credential): Promise<Auth> {
  const method = settings.authentication_method;
  const from = "authentication_method in the settings";
  switch (method) {
    case "named_profile":
    case "sso": {
      const profile = (await resolveProfile(settings, credential)) ?? { value: "default", from: "default" };
      return { method: "profile", profile, from };
    }
    case "api_key": {
      const token = await credential("bearer_token");
      if (token !== undefined) return { method: "api_key", token, from };
      const words = `Set ${variablesOf("bearer_token")}, or put a Bedrock API key into the key store.`;
      throw missing(gateway, `The authentication method is api_key, but there is no key. ${words}`);
    }
    case "default":
      return { method: "default", profile: (await resolveProfile(settings, credential)) ?? ordinaryProfile(), from };
    case undefined:
      return await findAuth(gateway, settings, credential);
  }
}

/** Where what is used comes from, if the settings do not say what to use. */
const found = "found, as no authentication_method is set";

async function findAuth(gateway: string, settings: BedrockSettings, credential: Credential): Promise<Auth> {
  const [bearer, accessKeyId, secretAccessKey, sessionToken, profile] = await Promise.all([
    credential("bearer_token"),
    credential("access_key_id"),
    credential("secret_access_key"),
    credential("session_token"),
    credential("profile"),
  ]);
  if (bearer !== undefined) return { method: "api_key", token: bearer, from: found };
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const token = isPermanent(accessKeyId) ? undefined : sessionToken;
    return { method: "static", accessKeyId, secretAccessKey, sessionToken: token, from: found };
  }
  if (accessKeyId !== undefined || secretAccessKey !== undefined) {
    const [there, absent] = accessKeyId === undefined ? ["secret", "ID"] : ["ID", "secret"];
    const variable = variablesOf(accessKeyId === undefined ? "access_key_id" : "secret_access_key");
    throw missing(gateway, `There is an access key ${there}, but no access key ${absent}. Set ${variable} too.`);
  }
  // Naming a profile is a choice of how to authenticate as well.
  const named = profile === undefined ? sourced(settings.profile, "settings") : environment("profile", profile);
  if (named !== undefined) return { method: "profile", profile: named, from: found };
  throw missing(
    gateway,
    `There are no credentials. Set "authentication_method" in the settings to named_profile, sso or default; ` +
      `or set ${variablesOf("access_key_id")} and ${variablesOf("secret_access_key")}; ` +
      `or a Bedrock API key in ${variablesOf("bearer_token")}.`,
  );
}

/**
 * Whether a session token beside an access key must be somebody else's, such as Zed's where the key has this project's
 * variables: keys of users are permanent and have none. Source: docs.aws.amazon.com/IAM, "Unique identifiers".
 */
function isPermanent(accessKeyId: string): boolean {
  return accessKeyId.startsWith("AKIA");
}

async function resolveProfile(settings: BedrockSettings, credential: Credential): Promise<Sourced | undefined> {
  const profile = await credential("profile");
  return profile === undefined ? sourced(settings.profile, "settings") : environment("profile", profile);
}

/** The one that AWS's own programs take. */
function ordinaryProfile(): Sourced | undefined {
  return sourced(process.env.AWS_PROFILE || undefined, "AWS_PROFILE");
}

async function resolveRegion(
  gateway: string,
  settings: BedrockSettings,
  region: string | undefined,
  auth: Auth,
): Promise<Sourced | undefined> {
  if (region !== undefined) {
    if (isRegionName(region.toLowerCase())) return environment("region", region.toLowerCase());
    throw wrong(
      gateway,
      `${variablesOf("region")} holds what is no name of a region. Set it to one, such as eu-west-1.`,
    );
  }
  if (settings.region !== undefined) return sourced(settings.region.toLowerCase(), "settings");
  if (auth.method === "default") return undefined;
  if (auth.method === "profile") {
    const own = await regionOfProfile(gateway, auth.profile.value);
    if (own !== undefined) return own;
  }
  return { value: "us-east-1", from: "default" };
}

/** A region that is there and cannot be read is no reason to go to another one. */
export async function regionOfProfile(gateway: string, profile: string): Promise<Sourced | undefined> {
  const own = await profileRegion(profile);
  if (own === undefined) return undefined;
  const value = own.value.toLowerCase();
  if (isRegionName(value)) return { value, from: `profile ${profile}` };
  throw wrong(
    gateway,
    `The profile "${profile}" in ${own.file} has the region ${quote(own.value)}, which is no name of a region. ` +
      "Write it there as it is, without quotes, such as region = eu-west-1.",
  );
}

function resolveEndpoint(
  gateway: string,
  settings: BedrockSettings,
  endpoint: string | undefined,
): Sourced | undefined {
  if (endpoint === undefined) return sourced(settings.endpoint_url?.replace(/\/+$/, ""), "settings");
  const problem = addressProblem(endpoint, { example: "https://host/path" });
  if (problem === undefined) return environment("endpoint", endpoint.replace(/\/+$/, ""));
  throw wrong(gateway, `The address in ${variablesOf("endpoint")} ${problem}.`);
}

function sourced(value: string | undefined, from: string): Sourced | undefined {
  return value === undefined ? undefined : { value, from };
}

function environment(id: CredentialId, value: string): Sourced {
  return { value, from: variablesOf(id) };
}

function missing(gateway: string, words: string): GatewayError {
  return new GatewayError(`Gateway "${gateway}": ${words}`, { gateway, code: "credentials" });
}

/** The error of something that is set to what it cannot be. */
export function wrong(gateway: string, words: string): GatewayError {
  return new GatewayError(`Gateway "${gateway}": ${words}`, { gateway, code: "settings" });
}
