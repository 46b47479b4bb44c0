import { type CredentialSpec, GatewayError, type JsonObject, type OpenContext } from "@waygate/core/plugin";
import type { Secret } from "@waygate/plugin-kit";
import { parseJson } from "@waygate/plugin-kit";
import * as v from "valibot";
import { byokSchema } from "./gateway-routing.ts";

const keysPage = "https://vercel.com/d?to=%2F%5Bteam%5D%2F%7E%2Fai-gateway%2Fapi-keys&title=AI+Gateway+API+Keys";

/**
 * The key under Zed's name, then under the names of Vercel's own tools. Source:
 * vercel.com/docs/ai-gateway/authentication-and-byok/authentication.
 */
export const credentials: readonly CredentialSpec[] = [
  {
    id: "api_key",
    label: "API key",
    env: ["VERCEL_AI_GATEWAY_API_KEY", "AI_GATEWAY_API_KEY", "VERCEL_OIDC_TOKEN"],
    help: keysPage,
  },
  {
    id: "provider_keys",
    label: "Keys of your own accounts with providers, as JSON",
    env: ["VERCEL_AI_GATEWAY_PROVIDER_KEYS"],
    help: "https://vercel.com/docs/ai-gateway/authentication-and-byok/byok",
    optional: true,
  },
];

type Credentials = Pick<OpenContext<unknown>, "id" | "credential">;
export type ProviderKeys = Readonly<Record<string, readonly JsonObject[]>>;

/** The stored keys of a person's own accounts with providers. Rejects with a `GatewayError` where they cannot be read. */
export async function providerKeys({ id, credential }: Credentials): Promise<ProviderKeys | undefined> {
  const stored = await credential("provider_keys");
  if (stored === undefined) return undefined;
  const read = v.safeParse(byokSchema, parseJson(stored));
  if (read.success) return read.output as ProviderKeys;
  throw new GatewayError(
    `The provider keys of gateway "${id}" cannot be read. They must be JSON that maps providers to lists of ` +
      'credentials, such as {"anthropic": [{"apiKey": "…"}]}.',
    { gateway: id, code: "credentials" },
  );
}

/** All texts within credentials with providers: which of their fields are secret differs by provider. */
export function secretsIn(keys: ProviderKeys | undefined): readonly string[] {
  const texts = (value: unknown): readonly string[] => {
    if (typeof value === "string") return [value];
    return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
  };
  // Shorter ones are names and regions, whose blotting out would make words unreadable.
  return texts(keys ?? {}).filter((text) => text.length >= 16);
}

/** What kind of key it is, for people. Keys of this gateway begin with `vck_`. */
export function kindOf(key: string): string | undefined {
  if (key.startsWith("vck_")) return "an API key of the gateway";
  if (/^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(key)) return "an OIDC token of a Vercel project";
  if (key.startsWith("vcst_")) return "a client secret for realtime sessions";
  if (key.startsWith("sk-or-")) return "a key of OpenRouter";
  if (key.startsWith("sk-ant-")) return "a key of Anthropic";
  if (/^sk-/.test(key)) return "a key of another service, such as OpenAI";
  if (/^(AIza|AKIA|ASIA|gsk_|xai-|hf_|ghp_|github_pat_)/.test(key)) return "a key of another service";
  return undefined;
}

/** What to do about a key that is refused. */
export function keyHint(secret: Secret): string {
  const key = (typeof secret === "string" ? secret : secret?.[0]) ?? "";
  const remedy = `Make a key at ${keysPage} and set VERCEL_AI_GATEWAY_API_KEY.`;
  if (key === "") return `No key was sent. ${remedy}`;
  if (key.startsWith("vck_"))
    return `The key has the form of a gateway key, but is not accepted: it may be revoked. ${remedy}`;
  if (key.startsWith("eyJ")) {
    return `What was sent is an OIDC token, which holds for 12 hours: fetch a new one with "vercel env pull". Or: ${remedy}`;
  }
  const kind = kindOf(key);
  return `Keys of this gateway begin with "vck_"; the one sent ${kind === undefined ? "does not" : `looks like ${kind}`}. ${remedy}`;
}
