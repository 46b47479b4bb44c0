import type { OpenContext } from "@waygate/core/plugin";
import { optionalCredential } from "@waygate/plugin-kit";
import { readProviderKeys } from "./settings-headers.ts";

type Credentials = Pick<OpenContext<unknown>, "id" | "credential">;

/** The header of a request that costs something, so that it needs a key; and of the keys that a person brought along. */
export async function keyHeaders({ id, credential }: Credentials): Promise<Readonly<Record<string, string>>> {
  const [key, own] = await Promise.all([credential("api_key"), credential("provider_keys")]);
  const headers = { authorization: `Bearer ${key}` };
  if (own === undefined) return headers;
  // As OpenRouter's own client sends them: OpenRouterTeam/ai-sdk-provider, `api_keys`.
  return { ...headers, "x-provider-api-keys": JSON.stringify(readProviderKeys(id, own)) };
}

/** Everything that is blotted out wherever an answer repeats it. */
export async function secrets(credentials: Credentials): Promise<readonly string[]> {
  const [key, own] = await Promise.all([
    optionalCredential(credentials, "api_key"),
    credentials.credential("provider_keys"),
  ]);
  const brought = own === undefined ? [] : Object.values(readProviderKeys(credentials.id, own));
  return [key, ...brought].filter((secret) => secret !== undefined);
}
