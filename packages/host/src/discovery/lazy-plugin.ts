import { stat } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import {
  type Capabilities,
  type Capability,
  type CredentialSource,
  capabilityNames,
  createRegistry,
  type GatewayEntry,
  GatewayError,
  type GatewayPlugin,
  type RegistryNotice,
} from "@waygate/core";
import { kindProblem } from "../files/file-error.ts";
import { entryPoint, importConditions } from "./entry-point.ts";
import type { InstalledPackage } from "./installed-package.ts";
import { lazyGateway } from "./lazy-gateway.ts";
import { credentialsFor, type Manifest } from "./manifest.ts";

export interface LazyPluginOptions {
  readonly found: InstalledPackage;
  readonly manifest: Manifest;
  /** Why it must not be loaded at all. */
  readonly refusal?: string | undefined;
  /** Checks the package once more before its code runs. Rejects if it must not run. Default: nothing is checked. */
  readonly verify?: (() => Promise<void>) | undefined;
  /** Puts the host's own layer around the plugin once it is loaded. */
  readonly wrap: (plugin: GatewayPlugin) => GatewayPlugin;
  readonly credentials: CredentialSource;
  readonly onNotice: (notice: RegistryNotice) => void;
  /** Told once when it has been loaded, or could not be. */
  readonly settled: (plugin: LazyPlugin) => void;
}

/**
 * A plugin whose code has not been run yet: known by its manifest, loaded when one of its gateways is used for the
 * first time. Its settings are checked then.
 */
export class LazyPlugin implements GatewayPlugin {
  readonly id: string;
  readonly name: string;
  /** The shell's own; that of the plugin was checked in its manifest, and is checked again in its code. */
  readonly contract = 1;
  readonly settingsKey: string;
  readonly instances: "one" | "map";
  readonly capabilities: Capabilities;
  /** The gateway inside checks them against what the plugin takes. */
  readonly parseGatewayOptions = passOn;
  readonly #options: LazyPluginOptions;
  #loading: Promise<GatewayPlugin> | undefined;
  #loaded: GatewayPlugin | undefined;
  #failure: string | undefined;

  constructor(options: LazyPluginOptions) {
    this.#options = options;
    const { id, name, settingsKey, instances } = options.manifest;
    this.id = id;
    this.name = name;
    this.settingsKey = settingsKey;
    this.instances = instances;
    this.capabilities = liveCapabilities(() => this.#loaded?.capabilities);
    this.#failure = options.refusal;
  }

  get state(): "loaded" | "not-loaded" | "refused" {
    if (this.#failure !== undefined) return "refused";
    return this.#loaded === undefined ? "not-loaded" : "loaded";
  }

  /** Why it cannot be used, in a sentence. */
  get failure(): string | undefined {
    return this.#failure;
  }

  credentials(id: string) {
    return this.#loaded?.credentials(id) ?? credentialsFor(this.#options.manifest, id);
  }

  settingsSchema() {
    return this.#loaded?.settingsSchema() ?? { type: "object" };
  }

  prepare(raw: unknown): ReturnType<GatewayPlugin["prepare"]> {
    if (this.#failure !== undefined)
      return { ok: false, issues: [{ path: [], message: this.#failure }], unknownKeys: [] };
    const known = this.#loaded?.prepare(raw);
    if (known?.ok === false) return known;
    return {
      ok: true,
      address: known?.address,
      unknownKeys: known?.unknownKeys ?? [],
      open: ({ id, transport, limits }) =>
        lazyGateway(id, async () => {
          const plugin = await this.load(id);
          const settings = { [this.settingsKey]: this.instances === "one" ? raw : { [id]: raw } };
          const { credentials, onNotice } = this.#options;
          // The registry around this one lets streams in.
          const maxOpenStreams = Number.POSITIVE_INFINITY;
          return createRegistry({
            plugins: [plugin],
            settings,
            credentials,
            onNotice,
            transport,
            maxOpenStreams,
            limits,
          });
        }),
    };
  }

  /** The gateways that settings give, as the loaded plugin sees them. Loads it. */
  async entries(settings: Readonly<Record<string, unknown>>): Promise<readonly GatewayEntry[]> {
    const plugin = await this.load(this.id).catch(() => undefined);
    const registry = createRegistry({ plugins: [plugin ?? this], settings });
    return registry.gateways();
  }

  /** Whether, now that it is known, it has no use for some of these settings, or cannot be used at all. */
  refusesSome(settings: Readonly<Record<string, unknown>>): boolean {
    const registry = createRegistry({ plugins: [this.#loaded ?? this], settings });
    return registry.gateways().some(({ state }) => state === "refused");
  }

  /** Runs the plugin's code, once. Rejects with a `GatewayError` that names `gateway` where it cannot be used. */
  async load(gateway: string): Promise<GatewayPlugin> {
    try {
      if (this.#failure !== undefined) throw new Error(this.#failure);
      this.#loading ??= this.#load();
      return await this.#loading;
    } catch (error) {
      const words = this.#failure ?? (error instanceof Error ? error.message : String(error));
      throw new GatewayError(words, { gateway, code: "protocol", cause: error });
    }
  }

  async #load(): Promise<GatewayPlugin> {
    const { found, manifest, verify, wrap, settled } = this.#options;
    try {
      await verify?.();
      const file = entryPoint(found, importConditions());
      if (file === undefined) throw new Error('its package.json exports no "."');
      await requireModuleFile(file);
      const module: unknown = await inTime(import(pathToFileURL(file).href));
      this.#loaded = wrap(pluginOf(module, manifest));
      return this.#loaded;
    } catch (error) {
      const words = (error instanceof Error ? error.message : String(error)).replace(/[.\s]+$/, "");
      this.#failure = `The plugin "${found.name}" could not be loaded: ${words}.${adviceFor(words)}`;
      throw error;
    } finally {
      settled(this);
    }
  }
}

/** How long a plugin's module may take to load, in milliseconds. */
const loadingMs = 10_000;

/** Waits for a module. One whose top-level `await` never settles must not hold up the others, nor the program's end. */
async function inTime<Module>(loading: Promise<Module>): Promise<Module> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const words = `it did not finish loading within ${loadingMs / 1000} s. Tell its author`;
    timer = setTimeout(() => reject(new Error(words)), loadingMs);
  });
  try {
    return await Promise.race([loading, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What to do about a failure whose words do not say it. */
function adviceFor(words: string): string {
  if (!words.includes("'contractVersion'")) return "";
  return " It was written before contract 1: its author must write `contract: 1` and build it again.";
}

/** Importing what is not a regular file would wait for ever, or fill the memory. */
async function requireModuleFile(file: string): Promise<void> {
  const problem = kindProblem(await stat(file));
  if (problem !== undefined) throw new Error(`"${file}" ${problem}`);
}

/** The default export of a module, if it is the plugin that the manifest promises. */
function pluginOf(module: unknown, manifest: Manifest): GatewayPlugin {
  const plugin = (module as { readonly default?: Partial<GatewayPlugin> | null }).default;
  if (typeof plugin?.prepare !== "function" || typeof plugin.credentials !== "function") {
    throw new Error("its default export is not what definePlugin() returns");
  }
  for (const key of ["id", "settingsKey", "instances", "contract"] as const) {
    if (plugin[key] === manifest[key]) continue;
    throw new Error(`its manifest says ${key} "${manifest[key]}", its code "${String(plugin[key])}"; tell its author`);
  }
  return plugin as GatewayPlugin;
}

function passOn(raw: unknown) {
  return { ok: true as const, value: raw as Readonly<Record<string, never>> };
}

/** Capabilities that promise everything until it is known what there is: the gateway inside refuses the rest. */
function liveCapabilities(loaded: () => Capabilities | undefined): Capabilities {
  const can = (capability: Capability) => ({
    enumerable: true,
    get() {
      const known = loaded();
      return known === undefined ? true : (known[capability] ?? false);
    },
  });
  return Object.defineProperties(
    {},
    Object.fromEntries(capabilityNames.map((name) => [name, can(name)])),
  ) as Capabilities;
}
