import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";

/** What would decide something by itself, were it set on the machine of whoever runs the tests. */
const ordinary = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_PROFILE",
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
  "AWS_BEARER_TOKEN_BEDROCK",
  "AWS_ENDPOINT_URL",
  "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
  "AWS_ENDPOINT_URL_BEDROCK",
  "AWS_CONFIG_FILE",
  "AWS_SHARED_CREDENTIALS_FILE",
];

/** A home folder with AWS files of its own, and no AWS variables but those given. */
export interface AwsHome extends AsyncDisposable {
  readonly folder: string;
  /** Writes the cached token of an SSO session. */
  login(session: string, expiresAt: Date): Promise<void>;
  /** Where that is written. */
  tokenFile(session: string): string;
}

export async function awsHome(
  files: { readonly config?: string; readonly credentials?: string },
  env: Readonly<Record<string, string>> = {},
): Promise<AwsHome> {
  const folder = await mkdtemp(join(tmpdir(), "waygate-bedrock-"));
  const cache = join(folder, ".aws", "sso", "cache");
  await mkdir(cache, { recursive: true });
  await writeFile(join(folder, ".aws", "config"), files.config ?? "");
  await writeFile(join(folder, ".aws", "credentials"), files.credentials ?? "");
  for (const name of ordinary) vi.stubEnv(name, undefined);
  vi.stubEnv("HOME", folder);
  vi.stubEnv("USERPROFILE", folder);
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const tokenFile = (session: string) => join(cache, `${createHash("sha1").update(session).digest("hex")}.json`);
  return {
    folder,
    tokenFile,
    async login(session, expiresAt) {
      const token = {
        accessToken: "sso-token",
        expiresAt: expiresAt.toISOString(),
        startUrl: "x",
        region: "eu-west-1",
      };
      await writeFile(tokenFile(session), JSON.stringify(token));
    },
    async [Symbol.asyncDispose]() {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
