/**
 * Providers whose slug is not their name in lower case with hyphens, by their name as answers have it.
 * Source: OpenRouter's OpenAPI document, where ProviderName lists the names and ProviderOptions the slugs.
 */
const irregular: ReadonlyMap<string, string> = new Map([
  ["aionlabs", "aion-labs"],
  ["atlascloud", "atlas-cloud"],
  ["claude platform on aws", "claude-on-aws"],
  ["google", "google-vertex"],
  ["inferencenet", "inference-net"],
  ["mancer 2", "mancer"],
  ["moonshot ai", "moonshotai"],
  ["openinference", "open-inference"],
  ["thinking machines", "thinkingmachines"],
  ["voyageai by mongodb", "voyageai"],
]);

/** The slug of a provider, from its name (`Google AI Studio`) or its slug, that of a single endpoint included. */
export function slugOf(provider: string): string {
  const lower = provider.trim().toLowerCase();
  return irregular.get(lower) ?? lower.replaceAll(/[^a-z0-9/]+/g, "-").replaceAll(/^-+|-+$/g, "");
}

/** Whether a slug names an endpoint, or all endpoints, of what another one names: `google-vertex` covers `google-vertex/global`. */
export function covers(wider: string, narrower: string): boolean {
  const [outer, inner] = [slugOf(wider), slugOf(narrower)];
  return inner === outer || inner.startsWith(`${outer}/`);
}
