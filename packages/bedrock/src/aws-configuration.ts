import { readFileSync } from "node:fs";
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
  const beside = credentials[profile]?.region;
  if (beside !== undefined) return { value: beside, file: credentialsFile() };
  const region = config[profile]?.region;
  return region === undefined ? undefined : { value: region, file: configFile() };
}

/** The profiles that the AWS configuration has, for a person who named another. Read at once: a message waits for them. */
export function profileNames(): readonly string[] {
  const lines = [configFile(), credentialsFile()].flatMap((file) => linesOf(readIfThere(file)));
  const names = lines.flatMap((line) => section.exec(line)?.[1] ?? []);
  return [...new Set(names.filter((name) => !/^(sso-session|services) /.test(name)))];
}

/** `[name]`, `[profile name]`, and whatever else may begin a section. */
const section = /^\s*\[\s*(?:profile\s+)?["']?([^"'\]]*?)["']?\s*\]/;

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

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/);
}
