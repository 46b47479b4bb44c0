import type { PluginStore } from "../contract/plugin.ts";
import type { SecretStore } from "./types.ts";

/** Returns the part of the registry's store that belongs to one gateway and address. Without one, values are kept in memory. */
export function pluginStore(gateway: string, address: string | undefined, store: SecretStore | undefined): PluginStore {
  if (store === undefined) return memoryStore();
  const query = (key: string) => ({ gateway, address, key: requireText("key", key) });
  return {
    get: async (key) => store.get(query(key)),
    set: async (key, value) => store.set(query(key), requireText("value", value)),
    delete: async (key) => store.delete(query(key)),
  };
}

function memoryStore(): PluginStore {
  const values = new Map<string, string>();
  return {
    get: async (key) => values.get(requireText("key", key)),
    async set(key, value) {
      values.set(requireText("key", key), requireText("value", value));
    },
    async delete(key) {
      values.delete(key);
    },
  };
}

function requireText(name: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw new TypeError(`context.store: "${name}" must be a text that is not empty, not ${typeof value}.`);
}
