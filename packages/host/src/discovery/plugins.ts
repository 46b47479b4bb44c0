import type { CredentialSource, GatewayPlugin, RegistryNotice } from "@waygate/core";
import { isObject } from "@waygate/core/plugin";
import type { Environment } from "../locations.ts";
import type { HostKeys } from "../settings/host-keys.ts";
import { findByKeyword, findNamed, PackageFault } from "./find-packages.ts";
import type { InstalledPackage } from "./installed-package.ts";
import { LazyPlugin } from "./lazy-plugin.ts";
import { type Manifest, ManifestFault, readManifest } from "./manifest.ts";

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
  readonly state: "loaded" | "not-loaded" | "refused";
  /** Why it is refused. */
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
}

interface Candidate {
  readonly origin: "settings" | "keyword";
  readonly named: string | undefined;
  readonly found: InstalledPackage | undefined;
  readonly manifest: Manifest | undefined;
  readonly problem: string | undefined;
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

  infos(): readonly PluginInfo[] {
    return this.#infos.map((info) => {
      const shell = this.#active.find((plugin) => plugin.id === info.id);
      if (info.state === "refused" || !(shell instanceof LazyPlugin)) return info;
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
    const others = beside
      .filter(({ folder }) => !named.some(({ found }) => found?.folder === folder))
      .map((found): Candidate => ({ origin: "keyword", named: undefined, ...readCandidate(found) }));
    this.#candidates = [...named, ...others];
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
      const problem = off ? disabledWords : (rival?.words ?? candidate.problem);
      if (manifest !== undefined && found !== undefined && rival === undefined && !off) {
        active.push(this.#shell(found, manifest, candidate.problem));
      }
      infos.push(infoOf(candidate, manifest, problem, "not-loaded"));
    }
    this.#infos = infos;
    this.#active = active;
  }

  /** The same shell for the same package: its gateways stay open when other settings change. */
  #shell(found: InstalledPackage, manifest: Manifest, refusal: string | undefined): LazyPlugin {
    const name = JSON.stringify([found.folder, found.version, manifest, refusal]);
    const { wrap, credentials, onNotice, settled } = this.#options;
    const shell =
      this.#shells.get(name) ?? new LazyPlugin({ found, manifest, refusal, wrap, credentials, onNotice, settled });
    this.#shells.set(name, shell);
    return shell;
  }
}

const disabledWords = 'It is switched off by "disabled_plugins".';

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
    state: problem === undefined ? state : "refused",
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
    const services = plugin.instances === "map" ? languageModels[plugin.settingsKey] : undefined;
    return instances === "one" && isObject(services) && Object.hasOwn(services, id);
  });
  if (taken === undefined) return undefined;
  return { words: `"${id}" is the id of a gateway in "${taken.settingsKey}" already: rename that one.`, own: false };
}
