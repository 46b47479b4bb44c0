import { delimiter, isAbsolute, sep } from "node:path";

/** Secrets that the AWS SDK reads by itself, so that no plugin declares them. Bedrock may use each of them. */
const awsSecrets =
  /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN|BEARER_TOKEN_.+|CONTAINER_AUTHORIZATION_TOKEN)$/;

/** `HTTPS_PROXY`, `all_proxy`, `npm_config_https_proxy`. */
const proxy = /proxy$/i;

/** Up to the last `@`: a password that is not encoded may have any character. */
const userOfAddress = /^((?:[a-z][a-z0-9+.-]*:)?\/\/)?.*@/is;

/**
 * The variables for a program that this one starts: all but the gateways' credentials, which its output would give
 * away. `credentials` names them. The address of a proxy loses its user and password.
 */
export function programEnvironment(
  environment: NodeJS.ProcessEnv,
  credentials: readonly string[],
): Record<string, string> {
  // Windows does not tell apart `Openrouter_Api_Key`.
  const secret = new Set(credentials.map((name) => name.toUpperCase()));
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    const upper = name.toUpperCase();
    if (value === undefined || secret.has(upper) || awsSecrets.test(upper)) continue;
    kept[name] = proxy.test(name) ? value.replace(userOfAddress, "$1") : value;
  }
  return kept;
}

/**
 * The same with a search path on which the folder that the person works in has nothing: without relative entries, and
 * without `node_modules/.bin`, which package managers put first. For programs of the person, such as git.
 */
export function ownProgramEnvironment(
  environment: NodeJS.ProcessEnv,
  credentials: readonly string[],
): Record<string, string> {
  const kept = programEnvironment(environment, credentials);
  for (const name of Object.keys(kept).filter((name) => name.toUpperCase() === "PATH")) {
    const entries = (kept[name] ?? "").split(delimiter).filter((entry) => isAbsolute(entry) && !isOfPackages(entry));
    kept[name] = entries.join(delimiter);
  }
  return kept;
}

function isOfPackages(entry: string): boolean {
  return `${entry}/`.replaceAll(sep, "/").includes("/node_modules/.bin/");
}
