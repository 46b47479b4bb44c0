import { admitPlugin, type Gateway, type GatewayPlugin, type JsonSchema, type SettingsIssue } from "@waygate/core";
import { isObject } from "@waygate/core/plugin";
import type { Network, NetworkSettings } from "../network/network.ts";
import { gatewayProperties } from "../settings/schema.ts";

type Context = Parameters<Extract<ReturnType<GatewayPlugin["prepare"]>, { readonly ok: true }>["open"]>[0];

/** What becomes of a gateway when it is opened. */
export interface OpenedGateway {
  readonly gateway: Gateway;
  readonly context: Context;
  readonly address: string | undefined;
  /** Its raw settings. */
  readonly raw: unknown;
}

export interface HostPluginServices {
  readonly network: Network;
  /** Puts the host's own layer around a gateway. */
  readonly opened: (opened: OpenedGateway) => Gateway;
}

/**
 * A plugin as it is put into the registry. The keys `proxy` and `ca_file` of its gateways' settings are the host's:
 * the plugin gets what they come to, as its transport.
 */
export function hostPlugin(given: GatewayPlugin, services: HostPluginServices): GatewayPlugin {
  // Before it is wrapped: afterwards nothing tells a plugin of another contract from one of this.
  const { plugin } = admitPlugin(given);
  let own: readonly string[] | undefined;
  /** A plugin that has such a key itself keeps it. */
  const ownKeys = (): readonly string[] => {
    if (own === undefined) {
      const { properties } = plugin.settingsSchema();
      own = Object.keys(gatewayProperties).filter((key) => !(isObject(properties) && Object.hasOwn(properties, key)));
    }
    return own;
  };
  return {
    id: plugin.id,
    name: plugin.name,
    contract: plugin.contract,
    settingsKey: plugin.settingsKey,
    instances: plugin.instances,
    capabilities: plugin.capabilities,
    credentials: (id) => plugin.credentials(id),
    parseGatewayOptions: plugin.parseGatewayOptions === undefined ? undefined : (raw) => parse(plugin, raw),
    settingsSchema: () => withProperties(plugin.settingsSchema(), ownKeys()),
    prepare(raw) {
      const { rest, network, issues } = splitSettings(raw, ownKeys());
      const prepared = plugin.prepare(rest);
      const unknownKeys = prepared.unknownKeys.map(withKeyHint);
      const faults = prepared.ok ? [] : prepared.issues.map((issue) => withoutValue(issue, raw));
      const wrong = issues.length > 0 ? issues : services.network.issues(network);
      if (!prepared.ok) {
        const { refusal } = prepared;
        return { ok: false, issues: [...faults, ...wrong], unknownKeys, ...(refusal !== undefined && { refusal }) };
      }
      if (wrong.length > 0) return { ok: false, issues: wrong, unknownKeys };
      const { address } = prepared;
      return {
        ok: true,
        address,
        unknownKeys,
        open(context) {
          const transport = { ...context.transport, ...services.network.transport(network) };
          return services.opened({ gateway: prepared.open({ ...context, transport }), context, address, raw });
        },
      };
    },
  };
}

function parse(plugin: GatewayPlugin, raw: unknown) {
  return plugin.parseGatewayOptions?.(raw) ?? { ok: false as const, issues: [] };
}

function withProperties(schema: JsonSchema, keys: readonly string[]): JsonSchema {
  const added = Object.fromEntries(keys.map((key) => [key, gatewayProperties[key]]));
  return { ...schema, properties: { ...(isObject(schema.properties) ? schema.properties : {}), ...added } };
}

function splitSettings(raw: unknown, keys: readonly string[]) {
  const issues: SettingsIssue[] = [];
  const network: { proxy: string | undefined; caFiles: readonly string[] } = { proxy: undefined, caFiles: [] };
  if (!isObject(raw)) return { rest: raw, network: network satisfies NetworkSettings, issues };
  const { proxy, ca_file: caFile } = raw;
  if (keys.includes("proxy") && proxy !== undefined && proxy !== null) {
    if (typeof proxy === "string" && proxy.trim() !== "") network.proxy = proxy.trim();
    else issues.push({ path: ["proxy"], message: 'must be the address of a proxy, or "none"' });
  }
  if (keys.includes("ca_file") && caFile !== undefined && caFile !== null) {
    const files: readonly unknown[] = Array.isArray(caFile) ? caFile : [caFile];
    if (files.every((file) => typeof file === "string" && file !== "")) network.caFiles = files.map(String);
    else issues.push({ path: ["ca_file"], message: "must be the path of a file with certificates, or a list of them" });
  }
  const rest = Object.fromEntries(Object.entries(raw).filter(([key]) => !keys.includes(key)));
  return { rest, network: network satisfies NetworkSettings, issues };
}

/**
 * Schema libraries like to quote what they found. It may be a secret that somebody put in the wrong place, so it is
 * taken out: the place is named anyway.
 */
function withoutValue({ path, message }: SettingsIssue, raw: unknown): SettingsIssue {
  const value = path.reduce<unknown>(
    (found, key) => (isHolder(found) && Object.hasOwn(found, key) ? found[key] : undefined),
    raw,
  );
  if (typeof value !== "string" || value === "") return { path, message };
  const bare = value.length < 8 ? message : message.replaceAll(value, "…");
  return { path, message: bare.replaceAll(JSON.stringify(value), "…").replaceAll(`"…"`, "…") };
}

function isHolder(value: unknown): value is Readonly<Record<string | number, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Who writes a key into the settings is told where keys belong. */
function withKeyHint(issue: SettingsIssue): SettingsIssue {
  const key = String(issue.path.at(-1) ?? "");
  if (!/^(api_?key|(access_|auth_)?token|bearer|secret|password|secret_?access_?key|access_?key(_?id)?)$/i.test(key)) {
    return issue;
  }
  const message = `Unknown key "${key}", which has no effect. Keys do not belong in a settings file: store this one in the keychain, take it out here, and replace it if others can read this file.`;
  return { path: issue.path, message };
}
