import { type CredentialSpec, supportedContracts } from "@waygate/core";
import { isObject } from "@waygate/core/plugin";

/** What a plugin's package.json says under `waygate`, so that its code need not be run to know it. */
export interface Manifest {
  readonly id: string;
  readonly name: string;
  readonly settingsKey: string;
  readonly contract: number;
  readonly instances: "one" | "map";
  /** Of one gateway; `{ID}` in the name of a variable stands for the gateway's id in upper case. */
  readonly credentials: readonly CredentialSpec[];
}

/** Why a package is no plugin that can be used, in a sentence. */
export class ManifestFault extends Error {
  /** What it says of itself, where only its contract is wrong. */
  readonly manifest: Manifest | undefined;

  constructor(message: string, manifest?: Manifest) {
    super(message);
    this.manifest = manifest;
  }
}

/**
 * Reads a manifest: `id`, `name`, `settingsKey` and `contract` are required; `instances` is `one` where absent;
 * `env` (a list of variables) stands for one required API key, `credentials` for whatever there is in truth. Throws a
 * `ManifestFault`.
 */
export function readManifest(packageName: string, value: unknown): Manifest {
  if (!isObject(value)) {
    throw new ManifestFault(`The package "${packageName}" is no gateway plugin: its package.json has no "waygate".`);
  }
  const text = (key: string): string => {
    const entry = value[key];
    // It is shown before a person has allowed anything.
    if (typeof entry === "string" && /^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u.test(entry)) return entry;
    throw new ManifestFault(
      `The manifest of "${packageName}" is wrong: "waygate.${key}" must be text of one line and at most 100 characters. Tell its author.`,
    );
  };
  const { instances = "one" } = value;
  const contracts: readonly unknown[] = [value.contract].flat();
  if (
    contracts.length === 0 ||
    !contracts.every((contract) => typeof contract === "number" && Number.isInteger(contract))
  ) {
    throw new ManifestFault(
      `The manifest of "${packageName}" is wrong: "waygate.contract" must be a whole number, or a list of them. Tell its author.`,
    );
  }
  const contract = newestSupported(contracts as readonly number[]);
  if (instances !== "one" && instances !== "map") {
    throw new ManifestFault(
      `The manifest of "${packageName}" is wrong: "waygate.instances" must be "one" or "map". Tell its author.`,
    );
  }
  const manifest: Manifest = {
    id: text("id"),
    name: text("name"),
    settingsKey: text("settingsKey"),
    contract,
    instances,
    credentials: readCredentials(value),
  };
  if (!isSupported(contract)) {
    const supported = supportedContracts.join(", ");
    throw new ManifestFault(
      `The plugin "${packageName}" is written for contract ${contract}, this program supports contract ${supported}: ` +
        `${contract > Math.max(...supportedContracts) ? "update this program" : "update the plugin"}.`,
      manifest,
    );
  }
  return manifest;
}

/** A plugin that supports several contracts is used by the newest one that this program supports. */
function newestSupported(contracts: readonly number[]): number {
  const supported = contracts.filter(isSupported);
  return Math.max(...(supported.length > 0 ? supported : contracts));
}

function isSupported(contract: number): boolean {
  return supportedContracts.some((known) => known === contract);
}

/** The credentials of one gateway, with its id put in. */
export function credentialsFor(manifest: Manifest, id: string): readonly CredentialSpec[] {
  const stem = id.replace(/[^A-Za-z0-9]+/g, "_").toUpperCase();
  return manifest.credentials.map((credential) => ({
    ...credential,
    env: credential.env.map((name) => name.replaceAll("{ID}", stem)),
  }));
}

function readCredentials({ env, credentials }: Readonly<Record<string, unknown>>): readonly CredentialSpec[] {
  if (!Array.isArray(credentials)) {
    const names = texts(env);
    return names.length === 0 ? [] : [{ id: "api_key", label: "API key", env: names }];
  }
  return credentials.flatMap((entry: unknown): CredentialSpec[] => {
    if (!isObject(entry) || typeof entry.id !== "string") return [];
    const { id, label, help, optional } = entry;
    return [
      {
        id,
        label: typeof label === "string" ? label : id,
        env: texts(entry.env),
        ...(typeof help === "string" ? { help } : {}),
        ...(optional === true ? { optional } : {}),
      },
    ];
  });
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}
