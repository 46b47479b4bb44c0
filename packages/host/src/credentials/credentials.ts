import { type CredentialQuery, type CredentialSpec, type GatewayEntry, GatewayError } from "@waygate/core";
import { didYouMean } from "@waygate/core/plugin";
import { HostError, isHostError } from "../host-error.ts";
import type { Environment } from "../locations.ts";
import { type CredentialKey, type CredentialStore, keyAddress } from "./credential-store.ts";
import { fromEnvironment, keyProblem } from "./environment.ts";

/** Where a key comes from. Never the key. */
export interface KeyOrigin {
  /** `environment`, or the kind of the store: `keychain`, `file`, `memory`. */
  readonly kind: string;
  /** The environment variable, where it comes from one. */
  readonly variable?: string | undefined;
}

/** What there is of one credential of one gateway. Plain data, without the key. */
export interface CredentialStatus {
  readonly gateway: string;
  /** As the plugin declares it. */
  readonly credential: CredentialSpec;
  /** Where the key is sent; undefined for gateways that have no one address. */
  readonly address: string | undefined;
  /** Undefined: there is none. */
  readonly origin: KeyOrigin | undefined;
  /** Whether the store holds one too that the environment's goes before. */
  readonly overridden: boolean;
  /** Addresses that the store holds keys for, of this gateway, to which requests do not go now. */
  readonly otherAddresses: readonly string[];
  /** Why the store could not be asked, if it could not. */
  readonly problem: HostError | undefined;
}

export interface CredentialsOptions {
  readonly environment: Environment;
  /** Asked for at each use: the settings may name another one. */
  readonly store: () => CredentialStore;
  /** The gateways as they are now, each with its plugin loaded. */
  readonly gateways: () => Promise<readonly GatewayEntry[]>;
  /** The variables that all known plugins declare. */
  readonly variables: () => readonly string[];
  /** Told which gateway's keys have changed. */
  readonly changed: (gateway: string) => Promise<void>;
  /** Told, once for each reason, why the store could not be asked for a key that may be missing. */
  readonly trouble: (gateway: string, error: HostError) => void;
}

/** Keys: from the environment, else from a store. Nothing here ever gives one out but `find`, which the registry asks. */
export class Credentials {
  readonly #options: CredentialsOptions;

  constructor(options: CredentialsOptions) {
    this.#options = options;
  }

  /** What kind of store keys are written to. */
  get storeKind(): string {
    return this.#options.store().kind;
  }

  /** A key for the registry, asked for at each request: only for the address that it was stored for. */
  async find(query: CredentialQuery): Promise<string | undefined> {
    const { gateway, credential, address } = query;
    const found = fromEnvironment(credential.env, this.#options.environment);
    if (found !== undefined) {
      const problem = keyProblem(found.value);
      if (problem === undefined) return found.value;
      const message = `The environment variable ${found.variable} ${problem}: gateway "${gateway}" cannot use it.`;
      throw new GatewayError(message, { gateway, code: "credentials" });
    }
    try {
      return await this.#options.store().get({ gateway, credential: credential.id, address: keyAddress(address) });
    } catch (error) {
      if (!isHostError(error)) throw error;
      // Where there is no keychain, no key is stored: that is no failure of a request.
      if (error.code === "keychain-unavailable") return undefined;
      if (credential.optional === true) {
        this.#options.trouble(gateway, error);
        return undefined;
      }
      throw new GatewayError(`Gateway "${gateway}" has no ${credential.label}: ${error.message}`, {
        gateway,
        code: "credentials",
        cause: error,
      });
    }
  }

  /**
   * The names of the environment variables that may hold a credential: those of all known plugins, disabled and refused
   * ones too, for each gateway that the settings name. A program that starts others keeps them out of their environment.
   * Variables that a plugin does not declare, such as those that the AWS SDK reads by itself, are not among them.
   */
  variables(): readonly string[] {
    return this.#options.variables();
  }

  /** What there is for each credential of one gateway, or of all. */
  async status(gateway?: string): Promise<readonly CredentialStatus[]> {
    const entries = gateway === undefined ? await this.#options.gateways() : [await this.#entry(gateway)];
    const stored = await this.#stored();
    return entries.flatMap((entry) =>
      entry.credentials.map((credential): CredentialStatus => {
        const here = keyAddress(entry.address);
        const own = stored.keys.filter((key) => key.gateway === entry.id && key.credential === credential.id);
        const variable = fromEnvironment(credential.env, this.#options.environment)?.variable;
        const inStore = own.some(({ address }) => address === here);
        return {
          gateway: entry.id,
          credential,
          address: entry.address,
          origin:
            variable !== undefined ? { kind: "environment", variable } : inStore ? { kind: this.storeKind } : undefined,
          overridden: variable !== undefined && inStore,
          otherAddresses: own.map(({ address }) => address).filter((address) => address !== here),
          problem: stored.problem,
        };
      }),
    );
  }

  /** What the store holds, whatever gateways there are now. Never the keys. */
  list(): Promise<readonly CredentialKey[]> {
    return this.#options.store().list();
  }

  /**
   * Stores a key for a gateway at the address that its settings name now. `credential` is needed only where the gateway
   * has several, and not just one that it cannot do without. Resolves, once the key could be read back, to what is used from now on: an environment variable goes
   * before the store. Rejects with a `HostError`.
   */
  async set(gateway: string, value: string, credential?: string): Promise<CredentialStatus> {
    const key = await this.#key(gateway, credential);
    const trimmed = value.trim();
    const problem = keyProblem(trimmed);
    if (problem !== undefined) throw new HostError("key-invalid", `That is no key for "${gateway}": it ${problem}.`);
    await this.#options.store().set(key, trimmed);
    await this.#options.changed(gateway);
    const statuses = await this.status(gateway);
    const status = statuses.find((candidate) => candidate.credential.id === key.credential);
    if (status === undefined) throw unknownCredential(gateway, key.credential, []);
    return status;
  }

  /**
   * Takes a stored key out. Resolves to false where none is stored. Rejects with a `HostError` of code
   * `key-from-environment`, which names the variable, where the key is not in the store but in the environment.
   */
  async remove(gateway: string, credential?: string): Promise<boolean> {
    const key = await this.#key(gateway, credential);
    const removed = await this.removeStored(key);
    if (removed) return true;
    const entry = await this.#entry(gateway);
    const spec = entry.credentials.find(({ id }) => id === key.credential);
    const variable = spec && fromEnvironment(spec.env, this.#options.environment)?.variable;
    if (variable === undefined) return false;
    throw new HostError(
      "key-from-environment",
      `The ${spec?.label} of "${gateway}" comes from the environment variable ${variable}. Unset it to be rid of the key.`,
    );
  }

  /** Takes out an entry of `list()`, also of a gateway or an address that the settings no longer name. */
  async removeStored(key: CredentialKey): Promise<boolean> {
    const removed = await this.#options.store().delete(key);
    if (removed) await this.#options.changed(key.gateway);
    return removed;
  }

  async #stored(): Promise<{ readonly keys: readonly CredentialKey[]; readonly problem: HostError | undefined }> {
    try {
      return { keys: await this.#options.store().list(), problem: undefined };
    } catch (error) {
      if (!isHostError(error)) throw error;
      return { keys: [], problem: error };
    }
  }

  async #entry(gateway: string): Promise<GatewayEntry> {
    const entries = await this.#options.gateways();
    const entry = entries.find(({ id }) => id === gateway);
    if (entry !== undefined) return entry;
    const ids = entries.map(({ id }) => id);
    const hint = didYouMean(gateway, ids);
    // What resembles no gateway may be a key that went to the wrong place: it is not repeated.
    const words = hint === "" ? "There is no such gateway." : `There is no gateway "${gateway}".${hint}`;
    const known = hint === "" ? ` There are: ${ids.join(", ") || "none"}.` : "";
    throw new HostError("unknown-gateway", `${words}${known}`);
  }

  async #key(gateway: string, credential: string | undefined): Promise<CredentialKey> {
    const { id, state, address, credentials } = await this.#entry(gateway);
    if (state === "refused") {
      throw new HostError(
        "gateway-refused",
        `The settings of "${gateway}" are wrong, so where its keys go is not known. Mend them first.`,
      );
    }
    const ids = credentials.map((spec) => spec.id);
    const wanted = credential ?? mainCredential(credentials)?.id;
    if (wanted === undefined || !ids.includes(wanted)) throw unknownCredential(gateway, wanted, ids);
    return { gateway: id, credential: wanted, address: keyAddress(address) };
  }
}

/** The one that is meant where none is named: the only one, or the only one that is needed. */
function mainCredential(credentials: readonly CredentialSpec[]): CredentialSpec | undefined {
  if (credentials.length === 1) return credentials[0];
  const needed = credentials.filter(({ optional }) => optional !== true);
  return needed.length === 1 ? needed[0] : undefined;
}

function unknownCredential(gateway: string, credential: string | undefined, ids: readonly string[]): HostError {
  const known = ids.length === 0 ? "It takes none." : `It takes: ${ids.join(", ")}.`;
  // What was asked for is not repeated: it may be the key itself.
  const which = credential === undefined ? "Say which key is meant" : "It has no such credential";
  return new HostError("unknown-credential", `Gateway "${gateway}": ${which}. ${known}`);
}
