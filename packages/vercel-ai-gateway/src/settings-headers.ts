import type { SettingsIssue } from "@waygate/core/plugin";
import { checkHeaders, isHeaderValue, refusedHeaderIssue } from "@waygate/http";
import type { VercelAiGatewaySettings } from "./settings.ts";

export interface SettingsHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** What is left out, and why. */
  readonly refused: readonly SettingsIssue[];
}

/**
 * The headers that every request has: those of the settings, and those by which the gateway knows the program. Nothing
 * is said of the program unless the settings do. Source: vercel.com/docs/ai-gateway/ecosystem/app-attribution.
 */
export function settingsHeaders({ custom_headers, app_url, app_name }: VercelAiGatewaySettings): SettingsHeaders {
  const checked = checkHeaders(custom_headers);
  const headers: Record<string, string> = { ...checked.headers };
  const refused: SettingsIssue[] = checked.refused.map(refusedHeaderIssue);
  for (const [key, name, value] of [
    ["app_url", "http-referer", app_url],
    ["app_name", "x-title", app_name],
  ] as const) {
    if (value === undefined) continue;
    if (isHeaderValue(value)) headers[name] = value;
    else {
      const message = `"${key}" was left out: it has characters that a header cannot have.`;
      refused.push({ code: "header-refused", path: [key], message });
    }
  }
  return { headers, refused };
}
