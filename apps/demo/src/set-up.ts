import type { GatewayEntry } from "@waygate/core";
import type { Host } from "@waygate/host";

/**
 * Whether a person has done anything about a gateway: its settings stand in a file, or there is a key for it. Plugins
 * that make one gateway make it in any case.
 */
async function isSetUp(host: Host, { id, plugin }: GatewayEntry): Promise<boolean> {
  const key = host.plugins().find((info) => info.id === plugin)?.settingsKey;
  if (key !== undefined && host.settings.get(["language_models", key]) !== undefined) return true;
  return (await host.credentials.status(id)).some(({ origin }) => origin !== undefined);
}

/** Whether it has all it needs to be asked: right settings, and its keys. */
export async function isUsable(host: Host, entry: GatewayEntry): Promise<boolean> {
  if (entry.state !== "ready" || !(await isSetUp(host, entry))) return false;
  if (entry.credentials.every(({ optional }) => optional === true)) return true;
  const statuses = await host.credentials.status(entry.id);
  return statuses.every(({ credential, origin }) => credential.optional === true || origin !== undefined);
}

/** The gateways that somebody has done something about. */
export async function setUpGateways(host: Host): Promise<readonly GatewayEntry[]> {
  const entries = await host.gateways();
  const wanted = await Promise.all(entries.map((entry) => isSetUp(host, entry)));
  return entries.filter((_, index) => wanted[index]);
}
