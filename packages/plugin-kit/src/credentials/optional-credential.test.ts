import { GatewayError } from "@waygate/core/plugin";
import { expect, it } from "vitest";
import { optionalCredential } from "./optional-credential.ts";

const failing = (error: Error) => optionalCredential({ credential: () => Promise.reject(error) }, "api_key");
const missing = new GatewayError("There is no key.", { gateway: "g", code: "credentials" });

it("is undefined only if the credential is not configured", async () => {
  expect(await optionalCredential({ credential: async (id) => `sk-${id}` }, "api_key")).toBe("sk-api_key");
  expect(await failing(missing)).toBeUndefined();
  const locked = new GatewayError("locked", { gateway: "g", code: "credentials", cause: new Error("keychain") });
  await expect(failing(locked)).rejects.toBe(locked);
  const other = new Error("a bug");
  await expect(failing(other)).rejects.toBe(other);
});
