import { didYouMean, GatewayError, isObject } from "@waygate/core/plugin";
import type { RequestSettings } from "./open-router-options.ts";
import type { OpenRouterSettings } from "./settings.ts";

/** What must not come from the settings file: what the program sets itself, and keys. */
const reserved = new Set([
  "authorization",
  "content-type",
  "accept",
  "content-length",
  "host",
  "connection",
  "transfer-encoding",
  "x-provider-api-keys",
]);

export interface CheckedHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** What is wrong with those left out, one sentence each. */
  readonly refused: readonly string[];
}

/**
 * The headers that every request has: those of the settings, and those by which OpenRouter knows the program. Nothing is
 * said of the program unless the settings do. Source: openrouter.ai/docs/app-attribution.
 */
export function settingsHeaders(settings: OpenRouterSettings): CheckedHeaders {
  const { app_url, app_name, app_categories } = settings;
  const headers: Record<string, string> = {};
  const refused: string[] = [];
  for (const [name, value] of Object.entries(settings.custom_headers)) {
    const lower = name.toLowerCase();
    if (reserved.has(lower)) {
      refused.push(`The header "${name}" in custom_headers was left out: it is set by the program itself.`);
    } else if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower)) {
      refused.push(`"${name}" in custom_headers was left out: it is no name of a header.${didYouMean(name, reserved)}`);
    } else if (!isHeaderValue(value)) {
      refused.push(
        `The header "${name}" in custom_headers was left out: its value has characters that a header cannot have.`,
      );
    } else headers[lower] = value;
  }
  const attribution = {
    "http-referer": app_url,
    "x-openrouter-title": app_name,
    "x-openrouter-categories": app_categories?.join(","),
  };
  for (const [name, value] of Object.entries(attribution)) {
    if (value === undefined) continue;
    if (isHeaderValue(value)) headers[name] = value;
    else
      refused.push(`${JSON.stringify(value)} was not sent as "${name}": it has characters that a header cannot have.`);
  }
  return { headers, refused };
}

/** The headers that options of a request come to. Source: openrouter.ai/docs, response caching and provider selection. */
export function optionHeaders({
  response_cache: cache,
  anthropic_beta: beta,
}: RequestSettings): Record<string, string> {
  const headers: Record<string, string> = {};
  if (cache !== undefined) headers["x-openrouter-cache"] = String(cache !== false);
  if (typeof cache === "object") {
    if (cache.ttl_seconds !== undefined) headers["x-openrouter-cache-ttl"] = String(cache.ttl_seconds);
    if (cache.clear === true) headers["x-openrouter-cache-clear"] = "true";
  }
  if (beta !== undefined && beta.length > 0) headers["x-anthropic-beta"] = beta.filter(isHeaderValue).join(",");
  return headers;
}

/**
 * Reads the keys of a person's own accounts with providers: JSON that maps their slugs to keys. Throws a `GatewayError`
 * of code `credentials`, which quotes nothing of it, for what is not that.
 */
export function readProviderKeys(gateway: string, json: string): Readonly<Record<string, string>> {
  const keys = parse(json);
  if (isObject(keys) && Object.values(keys).every((key) => typeof key === "string" && isHeaderValue(key))) {
    return keys as Record<string, string>;
  }
  throw new GatewayError(
    `The provider keys of gateway "${gateway}" must be JSON that maps providers to keys, such as {"openai": "…"}.`,
    { gateway, code: "credentials" },
  );
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isHeaderValue(value: string): boolean {
  return !/[^\t\x20-\x7e\x80-\xff]/.test(value);
}
