import fc from "fast-check";
import { expect, it } from "vitest";
import { accountOf, keyOf } from "./keychain-store.ts";

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
