import { didYouMean, GatewayError } from "@waygate/core/plugin";
import { profileNames } from "./aws-configuration.ts";
import { blot, shorten } from "./failure.ts";
import { limits } from "./limits.ts";
import type { ServiceFailure } from "./service-error.ts";
import type { Auth } from "./setup.ts";

/** What STS or SSO say where they give no credentials. */
export class CredentialsRefused extends Error {
  // As the SDK calls its own errors of this kind.
  override readonly name = "CredentialsProviderError";

  constructor({ name, message }: ServiceFailure) {
    super(`${name}: ${message}`);
  }
}

/** Whether an error is about finding credentials, not about using them. */
export function isCredentialError(error: unknown): error is Error {
  return error instanceof Error && /^(Credentials|Token)ProviderError$/.test(error.name);
}

/** Whether credentials that are there have to be renewed by a person: the session of an SSO login has ended. */
export function needsLogin(error: unknown): boolean {
  if (!isCredentialError(error)) return false;
  const { said, command } = readFailure(error);
  // A shell that finds no /opt/login-helper speaks of no login.
  const words = filesOf(command).reduce((text, file) => text.replaceAll(file, ""), said);
  return /expired|login|refresh|re-authenticate|(is|or) invalid/i.test(words);
}

/**
 * What was said of a failure, and the command line that it is about, which the SDK's error begins with where a
 * `credential_process` fails: it may hold a password, and stands in no message.
 */
function readFailure({ message }: Error): { readonly said: string; readonly command: string } {
  const [, command, said] = /^Command failed: (.*)\r?\n?([\s\S]*)$/.exec(message) ?? [];
  if (command === undefined || said === undefined) return { said: message, command: "" };
  return { said: `credential_process failed: ${said.trim() || "it did not say why."}`, command };
}

/** The program of a command line, and what else in it is a path. */
function filesOf(command: string): readonly string[] {
  const words = (command.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^(["'])(.*)\1$/, "$2"));
  return words.filter((word, index) => word !== "" && !/\s/.test(word) && (index === 0 || /[./\\]/.test(word)));
}

/** The error of credentials that could not be had. */
export function credentialFailure(gateway: string, auth: Auth, error: Error): GatewayError {
  const login = needsLogin(error);
  const whose = `${sourceOf(auth)} gives no credentials`;
  // A process that gives credentials may speak of a login as well, but of one of its own.
  const { said } = readFailure(error);
  const ofAws = login && /\bsso\b|\baws login\b|\bsession token\b/i.test(said);
  const command = ofAws ? refreshCommand(auth, /\baws login\b/.test(said) ? "login" : "sso login") : undefined;
  const detail = blot(said, secretsOf(auth));
  const words =
    command === undefined
      ? `${shorten(detail)}${advise(auth)}`
      : `its login has expired, or was never made. Run: ${command}`;
  return new GatewayError(`Gateway "${gateway}": ${whose}: ${words}`, {
    gateway,
    code: login ? "authentication" : "credentials",
    detail,
  });
}

/** The error of credentials that do not come, nor word of why. */
export function credentialsHang(gateway: string, auth: Auth): GatewayError {
  const seconds = limits.credentialsMs / 1000;
  const words = `nothing came for ${seconds} s. The process or the service that they come from hangs.`;
  return new GatewayError(`Gateway "${gateway}": ${sourceOf(auth)} gives no credentials: ${words}${advise(auth)}`, {
    gateway,
    code: "timeout",
    // It has been waited for long enough; who asks again has it begin anew.
    retryable: false,
  });
}

function sourceOf(auth: Auth): string {
  return auth.method === "profile" ? `the profile "${auth.profile.value}"` : "the AWS default chain";
}

function advise(auth: Auth): string {
  return auth.method === "profile"
    ? ` Check "profile" in the settings and your AWS configuration files.${others(auth.profile.value)}`
    : ' Log in with the AWS CLI, or set "authentication_method" in the settings.';
}

/** For a profile that is not there: the one that was probably meant, or those there are. */
function others(profile: string): string {
  const names = profileNames();
  if (names.length === 0 || names.includes(profile)) return "";
  return didYouMean(profile, names) || ` They have: ${names.slice(0, 20).join(", ")}.`;
}

/** `aws sso login --profile dev`; undefined where there is nothing to log in to. */
export function refreshCommand(auth: Auth, verb: "sso login" | "login" = "sso login"): string | undefined {
  if (auth.method === "static" || auth.method === "api_key") return undefined;
  const profile = auth.profile?.value;
  return `aws ${verb}${profile === undefined ? "" : ` --profile ${/^[\w./@+-]+$/.test(profile) ? profile : `'${profile}'`}`}`;
}

/** What must not stand in any message. */
export function secretsOf(auth: Auth): readonly string[] {
  if (auth.method === "api_key") return [auth.token];
  return auth.method === "static" ? [auth.secretAccessKey, auth.sessionToken ?? ""] : [];
}
