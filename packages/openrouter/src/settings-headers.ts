import { GatewayError, isObject, type SettingsIssue } from "@waygate/core/plugin";
import { checkHeaders, isHeaderValue, refusedHeaderIssue } from "@waygate/http";
import type { RequestSettings } from "./open-router-options.ts";
import type { OpenRouterSettings } from "./settings.ts";

export interface SettingsHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** What is left out, and why. */
  readonly refused: readonly SettingsIssue[];
}

/** A header that holds keys. */
const reserved = ["x-provider-api-keys"];

/**
 * The headers that every request has: those of the settings, and those by which OpenRouter knows the program. Nothing is
 * said of the program unless the settings do. Source: openrouter.ai/docs/app-attribution.
 */
export function settingsHeaders(settings: OpenRouterSettings): SettingsHeaders {
  const { app_url, app_name, app_categories, custom_headers } = settings;
  const checked = checkHeaders(custom_headers, { reserved });
  const headers: Record<string, string> = { ...checked.headers };
  const refused: SettingsIssue[] = checked.refused.map(refusedHeaderIssue);
  for (const [key, name, value] of [
    ["app_url", "http-referer", app_url],
    ["app_name", "x-openrouter-title", app_name],
    ["app_categories", "x-openrouter-categories", app_categories?.join(",")],
  ] as const) {
    if (value === undefined) continue;
    if (isHeaderValue(value)) headers[name] = value;
    else {
      const message = `"${key}" was not sent as "${name}": it has characters that a header cannot have.`;
      refused.push({ code: "header-refused", path: [key], message });
    }
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
