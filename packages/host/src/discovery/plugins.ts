import type { CredentialSource, GatewayPlugin, RegistryNotice } from "@waygate/core";
import { didYouMean, isObject } from "@waygate/core/plugin";
import { HostError } from "../host-error.ts";
import type { Environment } from "../locations.ts";
import type { HostKeys } from "../settings/host-keys.ts";
import { type Confirmations, digestOf } from "./confirmations.ts";
import { findByKeyword, findNamed, PackageFault } from "./find-packages.ts";
import { type InstalledPackage, readPackage } from "./installed-package.ts";
import { LazyPlugin } from "./lazy-plugin.ts";
import { credentialsFor, type Manifest, ManifestFault, readManifest } from "./manifest.ts";

/** A plugin as it can be shown before its code has run. Plain data. */
export interface PluginInfo {
  /** Undefined where there is no manifest that says it. */
  readonly id: string | undefined;
  /** For people. */
  readonly name: string;
  /** The name of its package; undefined for what the program brought as a value. */
  readonly package: string | undefined;
  readonly version: string | undefined;
  /** The contract it is written for. */
  readonly contract: number | undefined;
  /** `program`: handed to `createHost`. `settings`: named in `plugins`. `keyword`: installed beside the host. */
  readonly origin: "program" | "settings" | "keyword";
  /** What `plugins` in the settings calls it. */
  readonly named: string | undefined;
  /** Where its code is; undefined for what the program brought as a value. */
  readonly folder: string | undefined;
  readonly settingsKey: string | undefined;
  /**
   * `not-loaded`: its code runs when one of its gateways is used for the first time. `unconfirmed`: found by its keyword,
   * and its code does not run before a person has confirmed it. `refused`: it cannot be used.
   */
  readonly state: "loaded" | "not-loaded" | "unconfirmed" | "refused";
  /** Why it is refused, or not confirmed. */
  readonly problem: string | undefined;
}

export interface PluginsOptions {
  /** What the program brings. Their order is kept. */
  readonly program: readonly GatewayPlugin[];
  readonly wrap: (plugin: GatewayPlugin) => GatewayPlugin;
  readonly credentials: CredentialSource;
  readonly onNotice: (notice: RegistryNotice) => void;
  readonly settled: (plugin: LazyPlugin) => void;
  readonly environment: Environment;
  /** The folder of the user's settings: relative paths begin there, and packages are looked for there first. */
  readonly settingsFolder: string;
  /** Where else packages are looked for; those beside the host there are found by their keyword. */
  readonly folders: readonly string[];
  /** Whether to look for packages by their keyword. */
  readonly byKeyword: boolean;
  /** Which of those a person has confirmed. */
  readonly confirmations: Confirmations;
  /** Told why the confirmations cannot be read. */
  readonly trouble: (message: string) => void;
}

interface Candidate {
  readonly origin: "settings" | "keyword";
  readonly named: string | undefined;
  readonly found: InstalledPackage | undefined;
  readonly manifest: Manifest | undefined;
  readonly problem: string | undefined;
  /** Why its code must not run before it is confirmed; undefined if it may. */
  readonly unconfirmed?: string | undefined;
  /** Tells contents of the package apart, for those found by keyword. */
  readonly digest?: string | undefined;
}

/** All plugins there are: those that the program brings, and those found by their manifests. */
export class Plugins {
  readonly #options: PluginsOptions;
  readonly #program: readonly { readonly plugin: GatewayPlugin; readonly wrapped: GatewayPlugin }[];
  readonly #shells = new Map<string, LazyPlugin>();
  #candidates: readonly Candidate[] = [];
  #infos: readonly PluginInfo[] = [];
  #active: readonly GatewayPlugin[] = [];

  constructor(options: PluginsOptions) {
    this.#options = options;
    this.#program = options.program.map((plugin) => ({ plugin, wrapped: options.wrap(plugin) }));
  }

  /** The plugins for the registry, in order. */
  get active(): readonly GatewayPlugin[] {
    return this.#active;
  }

  /** What the registry holds whose code may not have run yet. */
  get lazy(): readonly LazyPlugin[] {
    return this.#active.filter((plugin) => plugin instanceof LazyPlugin);
  }

  /**
   * The environment variables that all plugins here declare for their credentials: disabled, refused and unused ones
   * too. Of a plugin that maps ids to gateways, those of each id in `languageModels`.
   */
  credentialVariables(languageModels: Readonly<Record<string, unknown>>): readonly string[] {
    const declared: readonly DeclaresCredentials[] = [
      ...this.#program.map(({ plugin }) => plugin),
      ...this.#candidates.flatMap(({ manifest }) =>
        manifest === undefined ? [] : [{ ...manifest, credentials: (id: string) => credentialsFor(manifest, id) }],
      ),
      // What code says once it is loaded may differ from its manifest.
      ...this.lazy,
    ];
    const names = declared.flatMap((plugin) =>
      gatewayIds(plugin, languageModels).flatMap((id) => plugin.credentials(id).flatMap(({ env }) => env)),
    );
    return [...new Set(names)];
  }

  infos(): readonly PluginInfo[] {
    return this.#infos.map((info) => {
      const shell = this.#active.find((plugin) => plugin.id === info.id);
      if (info.state === "refused" || info.state === "unconfirmed" || !(shell instanceof LazyPlugin)) return info;
      return { ...info, state: shell.state, problem: shell.failure };
    });
  }

  /** Looks for the packages that the settings name, and for those beside the host. Runs no code of theirs. */
  async discover({ plugins }: Pick<HostKeys, "plugins">): Promise<void> {
    const { settingsFolder, folders, environment, byKeyword } = this.#options;
    const from = [settingsFolder, ...folders];
    const named = await Promise.all(
      plugins.map(async (name): Promise<Candidate> => {
        const candidate = { origin: "settings", named: name } as const;
        try {
          const found = await findNamed(name, { from, base: settingsFolder, environment });
          return { ...candidate, ...readCandidate(found) };
        } catch (error) {
          if (!(error instanceof PackageFault)) throw error;
          return { ...candidate, found: undefined, manifest: undefined, problem: error.message };
        }
      }),
    );
    const beside = byKeyword ? await findByKeyword(folders) : [];
    const others = beside.filter(({ folder }) => !named.some(({ found }) => found?.folder === folder));
    if (others.length > 0) await this.#options.confirmations.load(this.#options.trouble);
    this.#candidates = [...named, ...(await Promise.all(others.map((found) => this.#besideCandidate(found))))];
  }

  /**
   * Lets the code of a package run that was found by its keyword, from now on and as it is now. Rejects with a
   * `HostError` if there is none that waits for it.
   */
  async confirm(name: string): Promise<void> {
    const candidate = this.#candidates.find(({ origin, found }) => origin === "keyword" && found?.name === name);
    const info = this.#infos.find((each) => each.origin === "keyword" && each.package === name);
    if (candidate?.found === undefined || info === undefined) {
      const names = this.#infos.filter(({ state }) => state === "unconfirmed").map((each) => each.package ?? "");
      const hint = didYouMean(name, names) || ` These wait to be confirmed: ${names.join(", ") || "none"}.`;
      throw new HostError("unknown-plugin", `There is no plugin "${name}" beside this program.${hint}`);
    }
    const { found, digest, unconfirmed } = candidate;
    if (unconfirmed === undefined) return;
    if (digest === undefined || info.problem !== unconfirmed) {
      throw new HostError("unknown-plugin", `The plugin "${name}" cannot be used. ${info.problem ?? ""}`.trim());
    }
    await this.#options.confirmations.add({ name, version: found.version, folder: found.folder, digest });
  }

  /** Runs no code. */
  async #besideCandidate(found: InstalledPackage): Promise<Candidate> {
    const candidate = { origin: "keyword", named: undefined, ...readCandidate(found) } as const;
    const digest = await digestOf(found);
    const state = this.#options.confirmations.stateOf(found, digest);
    if (state === "confirmed") return { ...candidate, digest };
    const unconfirmed = state === "changed" ? changedWords : unconfirmedWords;
    const problem = candidate.problem ?? (digest === undefined ? "Its code cannot be read." : undefined);
    return { ...candidate, digest, unconfirmed, problem };
  }

  /**
   * Decides which of them are used, given the settings as they are now. One that would get in the way of another is
   * refused: the program's own go before those that are named, and these before those found by keyword.
   */
  admit(disabled: readonly string[], languageModels: Readonly<Record<string, unknown>>): void {
    const infos: PluginInfo[] = [];
    const active: GatewayPlugin[] = [];
    for (const { plugin, wrapped } of this.#program) {
      const off = disabled.includes(plugin.id);
      if (!off) active.push(wrapped);
      infos.push(infoOf({ origin: "program" }, plugin, off ? disabledWords : undefined, "loaded"));
    }
    for (const candidate of this.#candidates) {
      const { found, manifest } = candidate;
      const off = isDisabled(candidate, disabled);
      const rival = manifest && rivalOf(manifest, active, languageModels);
      // A program's own plugin is usually installed beside it too: that is no news.
      if (candidate.origin === "keyword" && (off || rival?.own === true)) continue;
      if (candidate.unconfirmed !== undefined) {
        const words = rival?.words ?? candidate.problem ?? candidate.unconfirmed;
        infos.push(infoOf(candidate, manifest, words, "unconfirmed"));
        continue;
      }
      const problem = off ? disabledWords : (rival?.words ?? candidate.problem);
      if (manifest !== undefined && found !== undefined && rival === undefined && !off) {
        active.push(this.#shell(found, manifest, candidate));
      }
      infos.push(infoOf(candidate, manifest, problem, "not-loaded"));
    }
    this.#infos = infos;
    this.#active = active;
  }

  /** The same shell for the same package: its gateways stay open when other settings change. */
  #shell(found: InstalledPackage, manifest: Manifest, { problem: refusal, digest }: Candidate): LazyPlugin {
    const name = JSON.stringify([found.folder, found.version, manifest, refusal, digest]);
    const { wrap, credentials, onNotice, settled } = this.#options;
    const verify = digest === undefined ? undefined : () => requireSame(found.folder, digest);
    const shell =
      this.#shells.get(name) ??
      new LazyPlugin({ found, manifest, refusal, verify, wrap, credentials, onNotice, settled });
    this.#shells.set(name, shell);
    return shell;
  }
}

type DeclaresCredentials = Pick<GatewayPlugin, "id" | "settingsKey" | "instances" | "credentials">;

function gatewayIds(
  { id, settingsKey, instances }: DeclaresCredentials,
  languageModels: Readonly<Record<string, unknown>>,
): readonly string[] {
  if (instances === "one") return [id];
  const gateways = Object.hasOwn(languageModels, settingsKey) ? languageModels[settingsKey] : undefined;
  return isObject(gateways) ? Object.keys(gateways) : [];
}

const disabledWords = 'It is switched off by "disabled_plugins".';
const unconfirmedWords = 'Its code has not run: confirm it first, or name it in "plugins" in the settings.';
const changedWords = "It has changed since it was confirmed, so it has to be confirmed again.";

/** What was confirmed is what runs, also in a program that has been running since. */
async function requireSame(folder: string, digest: string): Promise<void> {
  const now = await readPackage(folder);
  if (now === undefined || (await digestOf(now)) !== digest) throw new Error("it has changed since it was confirmed");
}

function infoOf(
  { origin, found, named }: Pick<PluginInfo, "origin"> & Partial<Pick<Candidate, "found" | "named">>,
  plugin: Pick<GatewayPlugin, "id" | "name" | "contract" | "settingsKey"> | undefined,
  problem: string | undefined,
  state: PluginInfo["state"],
): PluginInfo {
  return {
    id: plugin?.id,
    name: plugin?.name ?? found?.name ?? named ?? "",
    package: found?.name,
    version: found?.version,
    contract: plugin?.contract,
    origin,
    named,
    folder: found?.folder,
    settingsKey: plugin?.settingsKey,
    state: problem === undefined || state === "unconfirmed" ? state : "refused",
    problem,
  };
}

function readCandidate(found: InstalledPackage): Pick<Candidate, "found" | "manifest" | "problem"> {
  try {
    return { found, manifest: readManifest(found.name, found.manifest), problem: undefined };
  } catch (error) {
    if (!(error instanceof ManifestFault)) throw error;
    return { found, manifest: error.manifest, problem: error.message };
  }
}

function isDisabled({ origin, named, found, manifest }: Candidate, disabled: readonly string[]): boolean {
  if (origin === "keyword" && disabled.includes("*")) return true;
  return [named, found?.name, manifest?.id].some((name) => name !== undefined && disabled.includes(name));
}

/** What there is already that a plugin would get in the way of. `own`: it is the same plugin, which the program brings. */
function rivalOf(
  { id, settingsKey, instances }: Manifest,
  active: readonly GatewayPlugin[],
  languageModels: Readonly<Record<string, unknown>>,
): { readonly words: string; readonly own: boolean } | undefined {
  const sameId = active.find((plugin) => plugin.id === id);
  if (sameId !== undefined) {
    const own = !(sameId instanceof LazyPlugin) && sameId.settingsKey === settingsKey;
    return { words: `There is a plugin with the id "${id}" already.`, own };
  }
  const sameKey = active.find((plugin) => plugin.settingsKey === settingsKey);
  if (sameKey !== undefined) {
    const words = `Its settings would be those of the plugin "${sameKey.id}": both use the key "${settingsKey}".`;
    return { words, own: false };
  }
  const taken = active.find((plugin) => {
    if (instances !== "one" || plugin.instances !== "map") return false;
    const services = Object.hasOwn(languageModels, plugin.settingsKey) ? languageModels[plugin.settingsKey] : undefined;
    return isObject(services) && Object.hasOwn(services, id);
  });
  if (taken === undefined) return undefined;
  return { words: `"${id}" is the id of a gateway in "${taken.settingsKey}" already: rename that one.`, own: false };
}
