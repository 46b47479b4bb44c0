import type { Capabilities } from "../contract/capabilities.ts";
import type { Limits } from "../contract/limits.ts";
import type { CredentialSpec, GatewayPlugin, Transport } from "../contract/plugin.ts";
import type { SettingsIssue } from "../contract/settings.ts";

/** The parts of a registry. */
export interface RegistryOptions {
  readonly plugins: readonly GatewayPlugin[];
  /** Raw settings by the plugins' `settingsKey`: the value of `language_models` in a settings file. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  /** Looks up secrets. Default: there are none. */
  readonly credentials?: CredentialSource | undefined;
  readonly transport?: Transport | undefined;
  /**
   * How many streams of one model of one gateway are open at the same time; further ones wait, and have their turns in
   * order. A place is held until the answer has said all; a tool at work holds none. Default: 16.
   */
  readonly maxOpenStreams?: number | undefined;
  /** Bounds on what a model or a service may make the program hold or compute, as far as they are not the defaults. */
  readonly limits?: { readonly [Name in keyof Limits]?: Limits[Name] | undefined } | undefined;
  /** Keeps the small secrets of plugins, such as rotated tokens. Default: in memory, as long as the registry. */
  readonly store?: SecretStore | undefined;
  /** Adapters for plugins of older contracts, by the number of the contract. Each makes a plugin of the next one. */
  readonly contractAdapters?: Readonly<Record<number, ContractAdapter>> | undefined;
  /** Called with what was tolerated or ignored outside of any stream. */
  readonly onNotice?: ((notice: RegistryNotice) => void) | undefined;
}

/** Looks up a secret. Called at each request, so that a change applies at once. */
export type CredentialSource = (query: CredentialQuery) => string | undefined | Promise<string | undefined>;

export interface CredentialQuery {
  readonly gateway: string;
  readonly credential: CredentialSpec;
  /** The address that the secret will be sent to. A source must not return a secret that was kept for another one. */
  readonly address: string | undefined;
  /** The value that the service has just rejected. A source that has no other returns the same or `undefined`. */
  readonly refused?: string | undefined;
}

/** Makes a plugin of the next contract from one of an older contract. */
export type ContractAdapter = (plugin: unknown) => unknown;

/** Keeps text values of plugins. */
export interface SecretStore {
  get(query: StoreQuery): Promise<string | undefined>;
  set(query: StoreQuery, value: string): Promise<void>;
  delete(query: StoreQuery): Promise<void>;
}

export interface StoreQuery {
  readonly gateway: string;
  /** The address of the gateway. A value must not be returned for another one. */
  readonly address: string | undefined;
  readonly key: string;
}

export interface RegistryNotice {
  readonly gateway: string;
  /** Stable, for programs. */
  readonly code: string;
  /** For people. */
  readonly message: string;
  /** The keys from `language_models` to the setting concerned, if it is about one. */
  readonly path?: readonly (string | number)[] | undefined;
}

/** A gateway that settings and plugins give, usable or not. Plain data. */
export interface GatewayEntry {
  readonly id: string;
  readonly name: string;
  /** The id of the plugin that makes it. */
  readonly plugin: string;
  /** The contract that the plugin was written for. */
  readonly contract: number;
  readonly state: "ready" | "refused";
  /** What is wrong with its settings, with the keys from `language_models` on. Empty if `state` is `"ready"`. */
  readonly issues: readonly SettingsIssue[];
  /** The address of its requests, if the plugin declares it. */
  readonly address: string | undefined;
  readonly credentials: readonly CredentialSpec[];
  readonly capabilities: Capabilities;
}
