import type { GatewayEntry } from "@waygate/core";
import type { CredentialStatus } from "../credentials/credentials.ts";
import type { Host } from "../host.ts";
import type { GatewaySetup } from "./gateway-setup.ts";

/** How far all gateways are set up, in the order of their plugins. */
export async function gatewaySetups(
  host: Pick<Host, "gateways" | "plugins" | "credentials" | "settings">,
): Promise<readonly GatewaySetup[]> {
  const [entries, statuses] = await Promise.all([host.gateways(), host.credentials.status()]);
  const plugins = host.plugins();
  return entries.map((entry) => {
    const credentials = statuses.filter(({ gateway }) => gateway === entry.id);
    const key = plugins.find(({ id }) => id === entry.plugin)?.settingsKey;
    const hasSettings = key !== undefined && host.settings.get(["language_models", key]) !== undefined;
    return { gateway: entry.id, state: stateOf(entry, credentials, hasSettings), entry, credentials };
  });
}

function stateOf(
  entry: GatewayEntry,
  credentials: readonly CredentialStatus[],
  hasSettings: boolean,
): GatewaySetup["state"] {
  if (!hasSettings && credentials.every(({ origin }) => origin === undefined)) return "untouched";
  if (entry.state === "refused") return "refused";
  const missing = credentials.some(({ credential, origin }) => credential.optional !== true && origin === undefined);
  return missing ? "key-missing" : "ready";
}
