/** What a key is kept for. Two gateways at one address have keys of their own, and so has one gateway at two addresses. */
export interface CredentialKey {
  /** The gateway's id. */
  readonly gateway: string;
  /** The credential's id, as the plugin declares it: such as `api_key`. */
  readonly credential: string;
  /** From `keyAddress`: where the key may be sent; empty for gateways that have no one address. */
  readonly address: string;
}

/** A place where keys are kept. All of its failures are a `HostError` whose message holds no key. */
export interface CredentialStore {
  /** For people: `keychain`, `file`, `memory`, or a name of one's own. */
  readonly kind: string;
  get(key: CredentialKey): Promise<string | undefined>;
  /** Resolves when the key can be read back. */
  set(key: CredentialKey, value: string): Promise<void>;
  /** Whether there was one. */
  delete(key: CredentialKey): Promise<boolean>;
  /** What is kept, without the keys themselves. */
  list(): Promise<readonly CredentialKey[]>;
}

/**
 * The address that keys are kept by: origin and path. What makes no difference to who receives a key (case of the host,
 * a default port, a slash at the end, the query) makes none here.
 */
export function keyAddress(address: string | undefined): string {
  if (address === undefined || address === "") return "";
  try {
    const { origin, protocol, host, pathname } = new URL(address);
    return `${origin === "null" ? `${protocol}//${host}` : origin}${pathname.replace(/\/+$/, "")}`;
  } catch {
    return address;
  }
}

export function sameKey(a: CredentialKey, b: CredentialKey): boolean {
  return a.gateway === b.gateway && a.credential === b.credential && a.address === b.address;
}
