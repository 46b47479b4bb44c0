import type { AsyncEntry } from "@napi-rs/keyring";
import { HostError } from "../host-error.ts";
import type { CredentialKey, CredentialStore } from "./credential-store.ts";

export interface KeychainOptions {
  /** The name that entries stand under in the keychain. Default: `waygate`. */
  readonly service?: string;
}

type Keyring = typeof import("@napi-rs/keyring");

// The kernel's keyring, which the library would fall back on, forgets everything at the next start of the machine.
const secretService = { linux: { store: "secret-service" } } as const;

/**
 * The keychain of the operating system: Secret Service, macOS Keychain or Windows Credential Manager. Not touched, and
 * its library not loaded, before the first use.
 */
export function keychainStore(options: KeychainOptions = {}): CredentialStore {
  const service = options.service ?? "waygate";
  let loading: Promise<Keyring> | undefined;

  const keyring = async (): Promise<Keyring> => {
    try {
      loading ??= import("@napi-rs/keyring");
      return await loading;
    } catch (cause) {
      throw unavailable("its library has no version for this system", cause);
    }
  };

  const entry = async (key: CredentialKey): Promise<AsyncEntry> => {
    const { AsyncEntry } = await keyring();
    try {
      return new AsyncEntry(service, accountOf(key), secretService);
    } catch (cause) {
      throw unavailable(wordsOf(cause), cause);
    }
  };

  return {
    kind: "keychain",
    async get(key) {
      const opened = await entry(key);
      return (await attempt("read", () => opened.getPassword())) ?? undefined;
    },
    async set(key, value) {
      const opened = await entry(key);
      await attempt("write", () => opened.setPassword(value));
      if ((await attempt("read", () => opened.getPassword())) === value) return;
      throw new HostError(
        "key-not-saved",
        "The keychain took the key, but does not give it back. It was not saved: look into the keychain's own program.",
      );
    },
    async delete(key) {
      const opened = await entry(key);
      return attempt("change", () => opened.deleteCredential());
    },
    async list() {
      const { findCredentialsAsync } = await keyring();
      const found = await attempt("read", () => findCredentialsAsync(service));
      return found.flatMap(({ account }) => keyOf(account) ?? []);
    },
  };
}

/** `my-gateway/api_key@https://host/v1`: legible in the keychain's own program. */
export function accountOf({ gateway, credential, address }: CredentialKey): string {
  return `${encodeURIComponent(gateway)}/${encodeURIComponent(credential)}@${address}`;
}

/** The reverse of `accountOf`; undefined for what was not made by it. */
export function keyOf(account: string): CredentialKey | undefined {
  const [, gateway, credential, address] = /^([^/@]+)\/([^/@]+)@(.*)$/s.exec(account) ?? [];
  if (gateway === undefined || credential === undefined || address === undefined) return undefined;
  try {
    return { gateway: decodeURIComponent(gateway), credential: decodeURIComponent(credential), address };
  } catch {
    return undefined;
  }
}

async function attempt<Result>(what: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (cause) {
    const words = wordsOf(cause);
    if (/zbus|dbus|failed to connect|ServiceUnknown|NoReply|platform failure/i.test(words) && !/locked/i.test(words)) {
      throw unavailable(words, cause);
    }
    throw new HostError(
      "keychain-refused",
      `The keychain would not be ${what === "read" ? "read" : what === "write" ? "written" : "changed"}: ${words}. Unlock it and try again.`,
      { cause },
    );
  }
}

function unavailable(words: string, cause: unknown): HostError {
  const remedy =
    process.platform === "linux"
      ? "Install and start a Secret Service, such as gnome-keyring or KWallet"
      : "Look whether the system's keychain works";
  return new HostError(
    "keychain-unavailable",
    `There is no keychain to keep keys in (${words}). ${remedy}, put the key into its environment variable, or ask for keys to be kept in a file ("credential_store": "file").`,
    { cause },
  );
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/[.\s]+$/, "");
}
