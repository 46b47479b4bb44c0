import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The region that a profile of the AWS configuration file names, or undefined. Read here because the SDK would look at
 * the person's AWS_REGION first, which a profile that was chosen by name is not meant to be overruled by.
 */
export async function profileRegion(profile: string): Promise<string | undefined> {
  const file = process.env.AWS_CONFIG_FILE || join(homedir(), ".aws", "config");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    return undefined;
  }
  let within = false;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*(?:profile\s+)?["']?([^"'\]]*?)["']?\s*\]/.exec(line);
    if (section !== null) within = section[1] === profile;
    // Only at the line's beginning: what is indented belongs to the key above it.
    const region = within ? /^region\s*=\s*(\S+)/.exec(line)?.[1] : undefined;
    if (region !== undefined) return region;
  }
  return undefined;
}
