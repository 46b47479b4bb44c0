import type { Host } from "./host.ts";
import type { HostOptions } from "./host-options.ts";
import { OpenHost } from "./open-host.ts";

/**
 * Reads the settings, finds plugins, and opens a registry with all of it. Rejects with a `HostError` where the user's
 * settings file cannot be used (unless `tolerant`), and with a `TypeError` for plugins that do not fit together.
 * Everything else that is wrong is among the notices, and concerns only what it is about.
 */
export function createHost(options: HostOptions = {}): Promise<Host> {
  return OpenHost.open(options);
}
