import { didYouMean, isObject } from "@waygate/core/plugin";
import { unknownKeys, type ValueIssue } from "./selection.ts";

/** Where keys are kept, as `credential_store` may say. */
export const credentialStores = ["keychain", "file"] as const;

/** What the host itself takes from the settings, checked. */
export interface HostKeys {
  /** Packages by name, or folders by path, that are gateways. */
  readonly plugins: readonly string[];
  /** Packages by name, or plugins by id, that must not be used. */
  readonly disabledPlugins: readonly string[];
  /** The address of a proxy, or `none`; undefined: as the environment says. */
  readonly proxy: string | undefined;
  /** Files with certificates to trust beside the usual ones. */
  readonly caFiles: readonly string[];
  readonly credentialStore: (typeof credentialStores)[number] | undefined;
}

/** The keys at the root of a settings file that mean something here. */
const rootKeys: readonly string[] = [
  "$schema",
  "agent",
  "language_models",
  "plugins",
  "disabled_plugins",
  "proxy",
  "ca_file",
  "credential_store",
];

/** Reads the host's own keys. What cannot be used counts as absent, and is among the issues. */
export function readHostKeys(
  raw: Readonly<Record<string, unknown>>,
  options: { readonly foreign: boolean },
): { readonly keys: HostKeys; readonly issues: readonly ValueIssue[] } {
  const issues: ValueIssue[] = [];
  const { language_models: languageModels = null } = raw;
  if (languageModels !== null && !isObject(languageModels)) {
    issues.push({ path: ["language_models"], message: "Must be an object: the settings of gateways by their keys." });
  }
  const keys: HostKeys = {
    plugins: readTexts(raw, "plugins", "the name of a package or the path of its folder", issues),
    disabledPlugins: readTexts(raw, "disabled_plugins", "the name of a package or the id of a plugin", issues),
    proxy: readText(raw, "proxy", 'the address of a proxy, such as http://host:8080, or "none"', issues),
    caFiles:
      typeof raw.ca_file === "string"
        ? [raw.ca_file]
        : readTexts(raw, "ca_file", "the path of a file with certificates", issues),
    credentialStore: credentialStores.find((store) => store === raw.credential_store),
  };
  if (raw.credential_store !== undefined && raw.credential_store !== null && keys.credentialStore === undefined) {
    const message = `Must be one of ${credentialStores.join(", ")}. The keychain is used.`;
    issues.push({ path: ["credential_store"], message });
  }
  // Zed's file is full of keys that are none of ours, and so may be a copy of it: only what looks misspelt is told.
  if (!options.foreign) {
    const misspelt = unknownKeys(raw, rootKeys, []).filter(({ path }) => didYouMean(String(path[0]), rootKeys) !== "");
    issues.push(...misspelt);
  }
  return { keys, issues };
}

function readText(
  raw: Readonly<Record<string, unknown>>,
  key: string,
  what: string,
  issues: ValueIssue[],
): string | undefined {
  const value = raw[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value.trim() === "" ? undefined : value.trim();
  issues.push({ path: [key], message: `Must be ${what}.` });
  return undefined;
}

function readTexts(
  raw: Readonly<Record<string, unknown>>,
  key: string,
  what: string,
  issues: ValueIssue[],
): readonly string[] {
  const value = raw[key];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    issues.push({ path: [key], message: `Must be a list, each entry ${what}.` });
    return [];
  }
  return value.flatMap((entry: unknown, index) => {
    if (typeof entry === "string" && entry.trim() !== "") return [entry.trim()];
    issues.push({ path: [key, index], message: `Must be ${what}.` });
    return [];
  });
}
