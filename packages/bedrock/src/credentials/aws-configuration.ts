import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** What a profile says of its region, and where. */
export interface ProfileRegion {
  /** As it is written there. */
  readonly value: string;
  readonly file: string;
}

/**
 * The region that a profile of the AWS configuration names, or undefined. The SDK reads the files, as it does for the
 * profile's keys; it is not asked for the region itself, as it would look at the person's AWS_REGION first, which a
 * profile that was chosen by name is not meant to be overruled by.
 */
export async function profileRegion(profile: string): Promise<ProfileRegion | undefined> {
  const { loadSharedConfigFiles } = await import("@smithy/core/config");
  const { configFile: config, credentialsFile: credentials } = await loadSharedConfigFiles({ ignoreCache: true });
  // As the SDK has it, what stands beside the keys counts first.
  const keysIn = (file: typeof config) => (Object.hasOwn(file, profile) ? file[profile] : undefined);
  const beside = keysIn(credentials)?.region;
  if (beside !== undefined) return { value: beside, file: credentialsFile() };
  const region = keysIn(config)?.region;
  return region === undefined ? undefined : { value: region, file: configFile() };
}

/** The profiles that the AWS configuration has, for a person who named another. */
export function profileNames(): readonly string[] {
  return [...readFiles().profiles.keys()];
}

/** Where a person logs in for the credentials of a profile. */
export interface Login {
  /** Of the AWS CLI. */
  readonly verb: "sso login" | "login";
  /** The profile itself, or the one that its role is assumed with: the CLI looks for a login nowhere else. */
  readonly profile: string;
}

/** Undefined for a profile whose credentials come without a login. */
export function loginOf(profile: string): Login | undefined {
  const { profiles } = readFiles();
  const visited = new Set<string>();
  for (let name = profile; !visited.has(name); ) {
    const keys: Keys = profiles.get(name) ?? {};
    const isStatic = keys.aws_access_key_id !== undefined && keys.aws_secret_access_key !== undefined;
    const isSource = visited.size > 0;
    visited.add(name);
    // In the order of the SDK.
    if (isStatic && isSource) return undefined;
    if (keys.role_arn !== undefined && keys.source_profile !== undefined) {
      name = keys.source_profile;
      continue;
    }
    if (isStatic || keys.web_identity_token_file !== undefined || keys.credential_process !== undefined) {
      return undefined;
    }
    if (Object.keys(keys).some((key) => ssoKeys.has(key))) return { verb: "sso login", profile: name };
    return keys.login_session === undefined ? undefined : { verb: "login", profile: name };
  }
  return undefined;
}

const ssoKeys = new Set(["sso_session", "sso_start_url", "sso_account_id", "sso_region", "sso_role_name"]);

/** The SSO session that a profile names and that is nowhere, and those there are; undefined where nothing is missing. */
export function missingSession(
  profile: string,
): { readonly name: string; readonly others: readonly string[] } | undefined {
  const { profiles, sessions } = readFiles();
  const name = profiles.get(loginOf(profile)?.profile ?? profile)?.sso_session;
  return name === undefined || sessions.has(name) ? undefined : { name, others: [...sessions] };
}

type Keys = Readonly<Record<string, string>>;

interface Files {
  readonly profiles: ReadonlyMap<string, Keys>;
  readonly sessions: ReadonlySet<string>;
}

/** For messages alone, which wait for it: it reads at once. What decides anything is read by the SDK. */
function readFiles(): Files {
  const profiles = new Map<string, Record<string, string>>();
  const sessions = new Set<string>();
  for (const file of [configFile(), credentialsFile()]) {
    let keys: Record<string, string> = {};
    let isNested = false;
    for (const line of linesOf(readIfThere(file))) {
      const [, kind, name] = section.exec(line) ?? [];
      if (name !== undefined) {
        keys = {};
        if (kind === "sso-session") sessions.add(name);
        else if (kind !== "services") {
          keys = profiles.get(name) ?? {};
          profiles.set(name, keys);
        }
        continue;
      }
      const [, indent, key, value] = entry.exec(line) ?? [];
      if (key === undefined || value === undefined || (indent !== "" && isNested)) continue;
      isNested = value === "";
      keys[key] = value;
    }
  }
  return { profiles, sessions };
}

/** `[name]`, `[profile name]`, `[sso-session name]`. */
const section = /^\s*\[\s*(?:(profile|sso-session|services)\s+)?["']?([^"'\]]*?)["']?\s*\]/;

/** `key = value`, with what may stand behind it. */
const entry = /^(\s*)([^\s#;=[][^=]*?)\s*=\s*(.*?)\s*(?:\s[#;].*)?$/;

function configFile(): string {
  return fileAt(process.env.AWS_CONFIG_FILE, "config");
}

function credentialsFile(): string {
  return fileAt(process.env.AWS_SHARED_CREDENTIALS_FILE, "credentials");
}

function fileAt(path: string | undefined, usual: string): string {
  if (path === undefined || path === "") return join(homedir(), ".aws", usual);
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}

/** The largest file that is read, in bytes. */
const limit = 4 * 1024 * 1024;

/** Empty for what is no regular file, is larger, or cannot be read. Opening a named pipe would wait for a writer. */
function readIfThere(file: string): string {
  let opened: number | undefined;
  try {
    if (!isFit(statSync(file))) return "";
    opened = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(opened);
    if (!isFit(stats)) return "";
    const bytes = Buffer.alloc(stats.size);
    let length = 0;
    for (let count = -1; count !== 0 && length < bytes.length; length += count) {
      count = readSync(opened, bytes, length, bytes.length - length, null);
    }
    return bytes.toString("utf8", 0, length);
  } catch {
    return "";
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

function isFit(stats: Stats): boolean {
  return stats.isFile() && stats.size <= limit;
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/);
}
