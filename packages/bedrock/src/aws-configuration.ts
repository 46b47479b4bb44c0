import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The region that a profile of the AWS configuration names, or undefined. Read here because the SDK would look at the
 * person's AWS_REGION first, which a profile that was chosen by name is not meant to be overruled by.
 */
export async function profileRegion(profile: string): Promise<string | undefined> {
  // As the SDK has it, what stands beside the keys counts first.
  for (const file of [credentialsFile(), configFile()]) {
    const region = regionIn(await readFile(file, "utf8").catch(() => ""), profile);
    if (region !== undefined) return region;
  }
  return undefined;
}

/** The profiles that the AWS configuration has, for a person who named another. Read at once: a message waits for them. */
export function profileNames(): readonly string[] {
  const lines = [configFile(), credentialsFile()].flatMap((file) => linesOf(readIfThere(file)));
  const names = lines.flatMap((line) => section.exec(line)?.[1] ?? []);
  return [...new Set(names.filter((name) => !/^(sso-session|services) /.test(name)))];
}

/** `[name]`, `[profile name]`, and whatever else may begin a section. */
const section = /^\s*\[\s*(?:profile\s+)?["']?([^"'\]]*?)["']?\s*\]/;

function regionIn(text: string, profile: string): string | undefined {
  let within = false;
  for (const line of linesOf(text)) {
    const name = section.exec(line)?.[1];
    if (name !== undefined) within = name === profile;
    // Only at the line's beginning: what is indented belongs to the key above it.
    const region = within ? /^region\s*=\s*(\S+)/.exec(line)?.[1] : undefined;
    if (region !== undefined) return region;
  }
  return undefined;
}

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
