import { dirname, join } from "node:path";
import {
  createRegistry,
  type Gateway,
  type GatewayEntry,
  type GatewayPlugin,
  type GuardedGateway,
  type JsonSchema,
  type Registry,
} from "@waygate/core";
import { Credentials } from "./credentials/credentials.ts";
import { StoreChoice } from "./credentials/store-choice.ts";
import { diagnose } from "./diagnosis/diagnose.ts";
import type { DiagnoseOptions } from "./diagnosis/gateway-report.ts";
import { LastErrors } from "./diagnosis/last-errors.ts";
import { Confirmations } from "./discovery/confirmations.ts";
import type { LazyPlugin } from "./discovery/lazy-plugin.ts";
import { type PluginInfo, Plugins } from "./discovery/plugins.ts";
import { GatewayAccess } from "./gateways/gateway-access.ts";
import type { GatewaySetup } from "./gateways/gateway-setup.ts";
import { gatewaySetups } from "./gateways/gateway-setups.ts";
import { hostPlugin, type OpenedGateway } from "./gateways/host-plugin.ts";
import { watchedGateway } from "./gateways/watched-gateway.ts";
import type { Choice, ChooseOptions, Host, HostChange } from "./host.ts";
import { type ChosenFile, defaultPluginFolders, settingsFileOf } from "./host-defaults.ts";
import { HostError } from "./host-error.ts";
import type { HostOptions } from "./host-options.ts";
import { defaultCacheFolder, defaultDataFolder, defaultSettingsFile } from "./locations.ts";
import { DiskCache } from "./models/disk-cache.ts";
import { ModelLister } from "./models/model-lister.ts";
import { Models } from "./models/models.ts";
import { Network } from "./network/network.ts";
import type { Notice } from "./notice.ts";
import { NoticeBoard } from "./notice-board.ts";
import { noticesOf } from "./notices.ts";
import type { Feature } from "./settings/agent.ts";
import type { HostKeys } from "./settings/host-keys.ts";
import { composeSchema } from "./settings/schema.ts";
import { Settings } from "./settings/settings.ts";
import { tell } from "./tell.ts";

/** The parts of a host, and what goes on between them. */
export class OpenHost implements Host {
  readonly registry: Registry;
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly models: Models;
  readonly #access: GatewayAccess;
  readonly #plugins: Plugins;
  readonly #confirmations: Confirmations;
  readonly #network: Network;
  readonly #cache: DiskCache;
  readonly #listers = new Map<string, ModelLister>();
  readonly #lastErrors: LastErrors;
  readonly #board: NoticeBoard;
  readonly #chosen: ChosenFile;
  readonly #modelsMaxAgeMs: number;
  readonly #listeners = new Set<(change: HostChange) => void>();
  #active: readonly GatewayPlugin[] = [];
  #applied: { readonly plugins: readonly string[]; readonly languageModels: Readonly<Record<string, unknown>> };
  #closing: Promise<void> | undefined;

  static async open(options: HostOptions): Promise<OpenHost> {
    const environment = options.environment ?? process.env;
    const chosen = settingsFileOf(options, environment);
    const { file, foreign } = chosen;
    const settings = await Settings.load({
      file,
      foreign,
      projectFolder: options.projectFolder,
      defaults: options.defaults ?? {},
      tolerant: options.tolerant ?? false,
      offered: options.offered ?? [],
    });
    const host = new OpenHost(options, settings, chosen);
    await host.#start(options.watch ?? true);
    return host;
  }

  private constructor(options: HostOptions, settings: Settings, chosen: ChosenFile) {
    const environment = options.environment ?? process.env;
    const { keys, languageModels } = settings.layers;
    this.settings = settings;
    this.#chosen = chosen;
    this.#modelsMaxAgeMs = options.modelsMaxAgeMs ?? 60 * 60 * 1000;
    this.#board = new NoticeBoard(settings, options.onNotice);
    this.#network = new Network(
      { environment, folder: settings.folder, transport: options.transport },
      networkOf(keys),
    );
    const cacheFolder =
      options.cacheFolder === false ? undefined : (options.cacheFolder ?? defaultCacheFolder(environment));
    this.#cache = new DiskCache(cacheFolder);
    this.#lastErrors = new LastErrors(cacheFolder);
    const keyFile = options.keyFile ?? join(dirname(defaultSettingsFile(environment)), "keys.json");
    const stores = new StoreChoice(options.store, keyFile);
    this.credentials = new Credentials({
      environment,
      store: () => stores.current(this.settings.layers.keys.credentialStore),
      gateways: () => this.gateways(),
      variables: () => this.#plugins.credentialVariables(this.settings.layers.languageModels),
      changed: (gateway) => this.#keysChanged(gateway),
      trouble: (gateway, { code, message }) => this.#board.tell({ severity: "warning", code, message, gateway }),
    });
    const sources = {
      credentials: this.credentials.find.bind(this.credentials),
      onNotice: this.#board.fromRegistry,
    };
    const dataFolder =
      options.dataFolder === false ? undefined : (options.dataFolder ?? defaultDataFolder(environment));
    this.#confirmations = new Confirmations(dataFolder === undefined ? undefined : join(dataFolder, "plugins.json"));
    const services = { network: this.#network, opened: this.#opened };
    this.#plugins = new Plugins({
      program: options.plugins ?? [],
      wrap: (plugin) => hostPlugin(plugin, services),
      ...sources,
      settled: (plugin) => this.#pluginSettled(plugin),
      environment,
      settingsFolder: settings.folder,
      folders: options.pluginFolders ?? defaultPluginFolders(),
      byKeyword: options.discover ?? true,
      confirmations: this.#confirmations,
      trouble: (message) => this.#board.tell({ severity: "warning", code: "data-file", message }),
    });
    const { maxOpenStreams, limits } = options;
    this.registry = createRegistry({ plugins: [], settings: languageModels, maxOpenStreams, limits, ...sources });
    this.#access = new GatewayAccess(this.registry, this.#plugins, settings);
    this.models = new Models({
      registry: this.registry,
      cache: this.#cache,
      listers: this.#listers,
      gateways: () => this.gateways(),
      isFavorite: (model) => this.settings.layers.agent.isFavorite(model),
    });
    this.#applied = { plugins: [], languageModels };
  }

  gateways(): Promise<readonly GatewayEntry[]> {
    return this.#access.entries();
  }

  setups(): Promise<readonly GatewaySetup[]> {
    return gatewaySetups(this);
  }

  gateway(id: string): Promise<GuardedGateway> {
    return this.#access.open(id);
  }

  choose(feature: Feature = "default_model", options: ChooseOptions = {}): Promise<Choice | undefined> {
    return this.#access.choose(feature, options);
  }

  plugins(): readonly PluginInfo[] {
    return this.#plugins.infos();
  }

  async confirmPlugin(name: string): Promise<PluginInfo> {
    await this.#plugins.confirm(name);
    await this.#rediscover();
    const info = this.plugins().find((each) => each.package === name && each.origin === "keyword");
    if (info !== undefined) return info;
    throw new HostError("unknown-plugin", `The plugin "${name}" is not there any more.`);
  }

  async revokePlugin(name: string): Promise<boolean> {
    const removed = await this.#confirmations.remove(name);
    if (removed) await this.#rediscover();
    return removed;
  }

  notices(): readonly Notice[] {
    return this.#board.current;
  }

  diagnose(options: DiagnoseOptions = {}) {
    return diagnose(this, this.#lastErrors, options);
  }

  async schema(): Promise<JsonSchema> {
    await Promise.all(this.#plugins.lazy.map((plugin) => plugin.load(plugin.id).catch(() => undefined)));
    return composeSchema(
      this.#active.map((plugin) => ({
        settingsKey: plugin.settingsKey,
        name: plugin.name,
        instances: plugin.instances,
        schema: this.#schemaOf(plugin),
      })),
    );
  }

  /** One plugin whose schema fails must not cost the others theirs. */
  #schemaOf(plugin: GatewayPlugin): JsonSchema | undefined {
    try {
      return plugin.settingsSchema();
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      const message = `The plugin "${plugin.id}" could not describe its settings: ${words}. Its keys are not checked by editors.`;
      this.#board.tell({ severity: "warning", code: "schema-failed", message, gateway: plugin.id });
      return undefined;
    }
  }

  onChange(listener: (change: HostChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #start(watch: boolean): Promise<void> {
    await this.#plugins.discover(this.settings.layers.keys);
    await this.#apply();
    this.settings.onChange(async () => {
      await this.#apply();
      this.#announce({ type: "settings" });
    });
    // A read that fails for reasons of the system is tried again at the next change.
    if (watch) this.settings.watch(() => undefined);
  }

  async #rediscover(): Promise<void> {
    await this.#plugins.discover(this.settings.layers.keys);
    await this.#apply();
    this.#announce({ type: "settings" });
  }

  /** Makes the registry what the settings say now. */
  async #apply(): Promise<void> {
    if (this.#closing !== undefined) return;
    const { keys, languageModels } = this.settings.layers;
    if (JSON.stringify(keys.plugins) !== JSON.stringify(this.#applied.plugins)) await this.#plugins.discover(keys);
    // The host may have been closed meanwhile.
    if (this.#closing !== undefined) return;
    this.#plugins.admit(keys.disabledPlugins, languageModels);
    this.settings.usePlugins(this.#plugins.active);
    this.#board.forgetChanged(this.#active, this.#applied.languageModels, languageModels);
    // Gateways are opened with the network as it is: where that changes, all are opened anew.
    const reopen = this.#network.update(networkOf(keys));
    const next = this.#plugins.active;
    for (const plugin of this.#active) if (reopen || !next.includes(plugin)) this.registry.remove(plugin.id);
    this.registry.reload(languageModels);
    for (const plugin of next) if (reopen || !this.#active.includes(plugin)) this.registry.add(plugin);
    this.#active = next;
    this.#applied = { plugins: keys.plugins, languageModels };
    this.#review();
  }

  /** Puts up what is wrong now, and tells what is new of it. */
  #review(): void {
    const [plugins, infos, entries] = [this.#active, this.#plugins.infos(), this.registry.gateways()];
    this.#board.review(noticesOf({ settings: this.settings, chosen: this.#chosen, plugins, infos, entries }));
  }

  readonly #opened = ({ gateway, context, address, raw }: OpenedGateway): Gateway => {
    const { id } = context;
    const lister = new ModelLister({
      ...{ gateway, id, address, settings: raw, cache: this.#cache, maxAgeMs: this.#modelsMaxAgeMs, now: Date.now },
      stale: (message) => this.#board.tell({ severity: "warning", code: "models-stale", message, gateway: id }),
    });
    this.#listers.set(id, lister);
    return watchedGateway(gateway, lister, (error) => this.#lastErrors.set(id, error));
  };

  async #keysChanged(gateway: string): Promise<void> {
    await this.models.expire(gateway);
    this.#announce({ type: "keys", gateway });
  }

  #pluginSettled(plugin: LazyPlugin): void {
    if (this.#closing !== undefined) return;
    const { languageModels } = this.settings.layers;
    if (this.#active.includes(plugin) && plugin.refusesSome(languageModels)) {
      // What was taken for usable is shown as what it is from now on.
      this.registry.remove(plugin.id);
      this.registry.add(plugin);
    }
    this.#review();
    this.#announce({ type: "plugin", id: plugin.id });
  }

  #announce(change: HostChange): void {
    for (const listener of [...this.#listeners]) tell(listener, change);
  }

  async #close(): Promise<void> {
    this.settings.close();
    this.#listeners.clear();
    try {
      await this.registry.close();
    } finally {
      await Promise.all([this.#network.close(), this.#lastErrors.settled()]);
    }
  }
}

function networkOf({ proxy, caFiles }: HostKeys) {
  return { proxy, caFiles };
}
