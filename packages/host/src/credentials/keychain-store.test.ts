import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { accountOf, keychainStore, keyOf } from "./keychain-store.ts";

// No real keychain can be brought to lose what it has just taken; all else is tested with one.
vi.mock("@napi-rs/keyring", () => ({
  AsyncEntry: class {
    async setPassword(): Promise<void> {}
    async getPassword(): Promise<string | undefined> {
      return undefined;
    }
  },
}));

it("says of a key that it was not saved where the keychain took it and does not give it back", async () => {
  const key = { gateway: "g", credential: "api_key", address: "https://host/v1" };
  await expect(keychainStore().set(key, "sk-lost-and-gone")).rejects.toMatchObject({ code: "key-not-saved" });
});

it("names entries so that they can be read, and told apart", () => {
  const key = { gateway: "my-gateway", credential: "api_key", address: "https://host:8443/v1/team@home" };
  expect(accountOf(key)).toBe("my-gateway/api_key@https://host:8443/v1/team@home");
  expect(keyOf(accountOf(key))).toEqual(key);
  expect(keyOf("somebody else's entry")).toBeUndefined();
  expect(keyOf("%/x@y")).toBeUndefined();
  const name = fc.string({ minLength: 1 });
  fc.assert(
    fc.property(name, name, fc.string(), (gateway, credential, address) => {
      expect(keyOf(accountOf({ gateway, credential, address }))).toEqual({ gateway, credential, address });
    }),
  );
});
