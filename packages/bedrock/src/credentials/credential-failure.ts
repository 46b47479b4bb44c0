import { didYouMean, type ErrorCode, GatewayError } from "@waygate/core/plugin";
import { connectionFailure, redact, retryAfterMs, shorten } from "@waygate/plugin-kit";
import { clockAdvice } from "../failure/remedy.ts";
import { isClockSkew, isExpired, isTransient, type ServiceFailure } from "../failure/service-error.ts";
import { limits } from "../limits.ts";
import { loginOf, missingSession, profileNames } from "./aws-configuration.ts";
import type { Auth } from "./setup.ts";

/** There are no credentials, for a reason that the SDK does not tell as one. */
export class NoCredentials extends Error {
  // As the SDK calls its own errors of this kind.
  override readonly name = "CredentialsProviderError";
}

/** What STS or SSO say where they give no credentials. */
export class CredentialsRefused extends NoCredentials {
  readonly failure: ServiceFailure;

  constructor(failure: ServiceFailure) {
    super(`${failure.name || `status ${failure.status}`}: ${failure.message}`);
    this.failure = failure;
  }
}

/** A service that gives credentials could not be asked: for the reason that is the `cause`. */
export class CredentialsUnreachable extends NoCredentials {
  readonly host: string;

  constructor(host: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.host = host;
  }
}

/** Whether an error is about finding credentials, not about using them. */
export function isCredentialError(error: unknown): error is Error {
  return error instanceof Error && /^(Credentials|Token)ProviderError$/.test(error.name);
}

/** Whether credentials that are there have to be renewed by a person: the session of an SSO login has ended. */
export function needsLogin(error: unknown): boolean {
  if (!isCredentialError(error) || error instanceof CredentialsUnreachable) return false;
  if (error instanceof CredentialsRefused) return isRefusedLogin(error.failure);
  const { said, command } = readFailure(error);
  // A shell that finds no /opt/login-helper speaks of no login, nor does who names a role that is called so.
  const words = filesOf(command).reduce((text, file) => text.replaceAll(file, ""), said.replace(/\barn:\S+/g, ""));
  return /expired|login|sso token|refresh|re-authenticate|(is|or) invalid/i.test(words);
}

/** Whether what was shown for credentials is no good any more, or never was. Words alone do not tell: roles have names. */
function isRefusedLogin(failure: ServiceFailure): boolean {
  if (isClockSkew(failure) || isTransient(failure) || failure.name.startsWith("AccessDenied")) return false;
  return isExpired(failure) || /(is|or) invalid/i.test(failure.message);
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
  const whose = `${sourceOf(auth)} gives no credentials`;
  if (error instanceof CredentialsUnreachable) {
    const { host, cause } = error;
    const advice = { ifRefused: "Check the network.", ifUnknown: "Check the region and the network." };
    return connectionFailure({ gateway, host, purpose: whose, ...advice }, cause);
  }
  const failure = error instanceof CredentialsRefused ? error.failure : undefined;
  const login = needsLogin(error);
  const { said } = readFailure(error);
  const detail = redact(said, secretsOf(auth));
  const command = login ? refreshCommand(auth) : undefined;
  const expired = command && `its login has expired, or was never made. Run: ${command}`;
  const words = expired ?? withoutSession(auth) ?? withoutCode(said) ?? `${shorten(detail)}${adviseOn(failure, auth)}`;
  return new GatewayError(`Gateway "${gateway}": ${whose}: ${words}`, {
    gateway,
    code: login ? "authentication" : codeOf(failure),
    ...(failure !== undefined && isTransient(failure) && { retryAfterMs: retryAfterMs(failure.headers) }),
    // The SDK has learnt from the refusal by how much the clock is wrong.
    ...(failure !== undefined && isClockSkew(failure) && { retryable: true }),
    detail,
  });
}

/** The SDK trips over a name of a session that is not there. */
function withoutSession(auth: Auth): string | undefined {
  const missing = missingSession(profileOf(auth));
  if (missing === undefined) return undefined;
  const { name, others } = missing;
  return `there is no [sso-session ${name}] in your AWS configuration files.${didYouMean(name, others)}`;
}

/** The SDK speaks of a callback, which is nothing that a person could provide. */
function withoutCode(said: string): string | undefined {
  const [, profile] = /^Profile (.*) requires multi-factor authentication/.exec(said) ?? [];
  if (profile === undefined) return undefined;
  return (
    `the profile "${profile}" needs a code of multi-factor authentication, which is not asked for here. ` +
    `Name a profile that has credentials without it, such as by SSO or by a credential_process.`
  );
}

function codeOf(failure: ServiceFailure | undefined): ErrorCode {
  if (failure === undefined) return "credentials";
  if (isClockSkew(failure)) return "authentication";
  if (!isTransient(failure)) return "credentials";
  if ((failure.status ?? 0) < 500) return "rate-limited";
  return failure.status === 503 ? "overloaded" : "server-error";
}

function adviseOn(failure: ServiceFailure | undefined, auth: Auth): string {
  if (failure !== undefined && isClockSkew(failure)) return ` ${clockAdvice}`;
  if (failure !== undefined && isTransient(failure)) return " Try again later.";
  return advise(auth);
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

/** `aws sso login --profile dev`; undefined where there is nothing to log in to. Reads the AWS configuration files. */
export function refreshCommand(auth: Auth): string | undefined {
  if (auth.method === "static" || auth.method === "api_key") return undefined;
  const isOfVariables = Boolean(process.env.AWS_ACCESS_KEY_ID && process.env.AWS_SECRET_ACCESS_KEY);
  if (auth.profile === undefined && isOfVariables) return undefined;
  const login = loginOf(profileOf(auth));
  if (login === undefined) return undefined;
  const { verb, profile } = login;
  const isUsual = auth.profile === undefined && profile === "default";
  return `aws ${verb}${isUsual ? "" : ` --profile ${/^[\w./@+-]+$/.test(profile) ? profile : `'${profile}'`}`}`;
}

function profileOf(auth: Auth): string {
  return ((auth.method === "profile" || auth.method === "default") && auth.profile?.value) || "default";
}

/** What must not stand in any message. */
export function secretsOf(auth: Auth): readonly string[] {
  if (auth.method === "api_key") return [auth.token];
  return auth.method === "static" ? [auth.secretAccessKey, auth.sessionToken ?? ""] : [];
}
