import { supportedContracts } from "../contract/features.ts";
import { isObject } from "../contract/json.ts";
import type { GatewayPlugin } from "../contract/plugin.ts";
import type { ContractAdapter } from "./types.ts";

const newest = supportedContracts[supportedContracts.length - 1] ?? 1;

/** A plugin as the registry uses it, and the contract that it was written for. */
export interface AdmittedPlugin {
  readonly plugin: GatewayPlugin;
  readonly contract: number;
}

/**
 * Admits a plugin: as it is, or through the adapters of its contract. A plugin that cannot be used is admitted as one
 * whose gateway is refused, so that the others work. Throws a `TypeError` for what is no plugin at all.
 */
export function admit(candidate: unknown, adapters: Readonly<Record<number, ContractAdapter>> = {}): AdmittedPlugin {
  const given = requirePlugin(candidate);
  const { contract } = given;
  let plugin: unknown = given;
  for (let at = contract; at < newest; at++) {
    const adapter = Object.hasOwn(adapters, at) ? adapters[at] : undefined;
    if (adapter === undefined) return { plugin: refused(given, `${written(given)}: update the plugin`), contract };
    try {
      plugin = adapter(plugin);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      return {
        plugin: refused(given, `The adapter for contract ${at} failed for the plugin "${given.id}": ${words}`),
        contract,
      };
    }
  }
  if (contract > newest) return { plugin: refused(given, `${written(given)}: update @waygate/core`), contract };
  if (isFromBeforeContract1(plugin)) {
    const words =
      `The plugin "${given.id}" was built with a version of @waygate/core from before contract 1. Its author must build ` +
      "it again: `options` is now `gatewayOptions`, and `tool-call-end` has `complete` instead of `status` and `value`";
    return { plugin: refused(given, words), contract };
  }
  return { plugin: plugin as GatewayPlugin, contract };
}

type PluginLike = Pick<GatewayPlugin, "id" | "contract"> & Partial<GatewayPlugin>;

function requirePlugin(value: unknown): PluginLike {
  const isPlugin =
    isObject(value) && typeof value.id === "string" && typeof value.contract === "number" && isPrepared(value);
  if (isPlugin) return value as unknown as PluginLike;
  throw new TypeError("A plugin must be what definePlugin() returns. Is it the package's default export?");
}

/** A plugin of another contract may have another shape: its adapter knows it. */
function isPrepared({ contract, prepare }: Record<string, unknown>): boolean {
  return contract !== newest || typeof prepare === "function";
}

/** The published types of contract 1 never had `parseOptions`. */
function isFromBeforeContract1(plugin: unknown): boolean {
  return isObject(plugin) && "parseOptions" in plugin && !("parseGatewayOptions" in plugin);
}

function written({ id, contract }: PluginLike): string {
  return `The plugin "${id}" is written for contract ${contract}, this program supports contract ${supportedContracts.join(", ")}`;
}

function refused({ id, name = id, settingsKey = id }: PluginLike, words: string): GatewayPlugin {
  const refusal = `${words}.`;
  return {
    id,
    name,
    contract: newest,
    settingsKey,
    instances: "one",
    capabilities: {},
    credentials: () => [],
    settingsSchema: () => ({ type: "object" }),
    prepare: () => ({ ok: false, issues: [{ path: [], message: refusal }], unknownKeys: [], refusal }),
    parseGatewayOptions: undefined,
  };
}
