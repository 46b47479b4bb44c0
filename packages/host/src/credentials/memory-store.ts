import { type CredentialKey, type CredentialStore, sameKey } from "./credential-store.ts";

/** Keeps keys until the program ends. For tests, and for programs that bring their own keys. */
export function memoryStore(): CredentialStore {
  const entries: { readonly key: CredentialKey; value: string }[] = [];
  const find = (key: CredentialKey) => entries.find((entry) => sameKey(entry.key, key));
  return {
    kind: "memory",
    get: (key) => Promise.resolve(find(key)?.value),
    set(key, value) {
      const entry = find(key);
      if (entry === undefined) entries.push({ key: { ...key }, value });
      else entry.value = value;
      return Promise.resolve();
    },
    delete(key) {
      const index = entries.findIndex((entry) => sameKey(entry.key, key));
      if (index !== -1) entries.splice(index, 1);
      return Promise.resolve(index !== -1);
    },
    list: () => Promise.resolve(entries.map(({ key }) => key)),
  };
}
