import { dirname } from "node:path";
import { watchFileChanges } from "../files/watch-file.ts";
import { HostError } from "../host-error.ts";
import { projectSettingsFile } from "../locations.ts";
import type { Notice } from "../notice.ts";
import type { Feature, FeatureModel, ModelName } from "./agent.ts";
import { type Part, SettingsDocument } from "./document.ts";
import { editText } from "./edit-text.ts";
import { type KeyPath, parseKeyPath } from "./key-path.ts";
import { Layers } from "./layers.ts";
import type { PluginSection } from "./offered-models.ts";
import type { Place } from "./place.ts";
import { readSettled } from "./read-settled.ts";
import type { ModelSelection } from "./selection.ts";
import { editSettingsFile, faultError, type ReadResult, readSettingsFile } from "./settings-file.ts";
import type { SettingsLayer, SettingsOptions } from "./settings-options.ts";
import type { ToolPermissions } from "./tool-permissions.ts";

/**
 * The settings: read, watched, edited. Values are those of all layers together; a file that becomes unusable while the
 * program runs changes nothing but the notices.
 */
export class Settings {
  /** The user's file, whether or not it exists. */
  readonly file: string | undefined;
  /** The project's file, whether or not it exists. */
  readonly projectFile: string | undefined;
  readonly #options: SettingsOptions;
  #defaults: Readonly<Record<string, unknown>>;
  #user: SettingsDocument;
  #project: SettingsDocument | undefined;
  #plugins: readonly PluginSection[] = [];
  #faults: readonly Notice[] = [];
  #layers: Layers;
  #settling = 0;
  #reloading: Promise<void> = Promise.resolve();
  readonly #listeners = new Set<() => void | Promise<void>>();
  #unwatch: (() => void)[] = [];

  private constructor(options: SettingsOptions) {
    this.#options = options;
    this.file = options.file;
    this.projectFile = options.projectFolder === undefined ? undefined : projectSettingsFile(options.projectFolder);
    this.#defaults = options.defaults;
    this.#user = new SettingsDocument(options.file ?? "", undefined);
    this.#layers = this.#compose();
  }

  /** Reads the files. Rejects with a `HostError` where the user's cannot be used, unless `tolerant`. */
  static async load(options: SettingsOptions): Promise<Settings> {
    const settings = new Settings(options);
    await settings.reload();
    const fault = settings.#faults.find(({ place }) => place?.file === options.file);
    if (fault !== undefined && !options.tolerant) throw faultError(fault);
    return settings;
  }

  /** Whether the user's file is there. */
  get exists(): boolean {
    return this.#user.exists;
  }

  /** Everything, of all layers together. Plain data. */
  get value(): Readonly<Record<string, unknown>> {
    return this.#layers.value;
  }

  /** The layers at this moment, for what needs several values of one and the same moment. */
  get layers(): Layers {
    return this.#layers;
  }

  /** What is wrong or odd about the files and the keys that the host itself reads. */
  get notices(): readonly Notice[] {
    return [...this.#faults, ...this.#layers.notices];
  }

  /** The models pinned by `agent.favorite_models`, each once. */
  get favorites(): readonly ModelName[] {
    return this.#layers.agent.favorites;
  }

  /**
   * What `agent.tool_permissions` says: the user's, then the project's, each if it is set. A project's only restricts.
   * The patterns are not compiled.
   */
  get toolPermissions(): readonly ToolPermissions[] {
    return this.#layers.toolPermissions;
  }

  /** A value by its path, such as `agent.default_model.model`; undefined where it is not set. */
  get(path: string | KeyPath): unknown {
    return this.#layers.get(toPath(path));
  }

  /**
   * Where a value (or its key) stands; where what is nearest around it stands, if it is not set. Undefined for what the
   * program itself set.
   */
  place(path: string | KeyPath, part: Part = "value"): Place | undefined {
    return this.#layers.place(toPath(path), part);
  }

  /**
   * The model for a feature, with its fallbacks: `subagent_model` and `compaction_model` on `current`, the model of the
   * conversation, and all of them on `default_model`. Undefined where none is set.
   */
  model(feature: Feature, current?: ModelSelection): FeatureModel | undefined {
    return this.#layers.agent.model(feature, current);
  }

  /** Further models that are to be asked for the same inline edit. */
  inlineAlternatives(): readonly FeatureModel[] {
    return this.#layers.agent.inlineAlternatives();
  }

  /** The temperature that `agent.model_parameters` sets for a model that was picked by name. */
  temperature(model: ModelName): number | undefined {
    return this.#layers.agent.temperature(model);
  }

  /** Whether that temperature is the choice of a project's settings. */
  isTemperatureFromProject(model: ModelName): boolean {
    return this.#layers.agent.isTemperatureFromProject(model);
  }

  /**
   * Writes a value, keeping comments and layout, and applies it. Rejects with a `HostError` where the file cannot be
   * written or the path leads through something that holds no keys.
   */
  async set(path: string | KeyPath, value: unknown, options: { readonly layer?: SettingsLayer } = {}): Promise<void> {
    if (value === undefined || JSON.stringify(value) === undefined) {
      throw new TypeError("A setting is a JSON value. To take it out of the file, use remove().");
    }
    const plain: unknown = JSON.parse(JSON.stringify(value));
    await this.#edit(options.layer, (text) => editText(text, toPath(path), plain));
  }

  /** Takes a value and its key out of the file, and applies that. Does nothing where it is not there. */
  async remove(path: string | KeyPath, options: { readonly layer?: SettingsLayer } = {}): Promise<void> {
    await this.#edit(options.layer, (text) => editText(text, toPath(path), undefined));
  }

  /** Several edits of one file as one: all or none is written. `undefined` removes. */
  async update(
    changes: readonly { readonly path: string | KeyPath; readonly value: unknown }[],
    options: { readonly layer?: SettingsLayer } = {},
  ): Promise<void> {
    await this.#edit(options.layer, (text) =>
      changes.reduce((result, { path, value }) => editText(result, toPath(path), value), text),
    );
  }

  /** Makes the user's file, for an editor to open, if it is not there. */
  async create(): Promise<string> {
    await this.#edit("user", (text) => (text === "" ? "{\n}\n" : text));
    return this.#fileOf("user");
  }

  /** What the program itself sets, below the user's settings. Replaces what it set before. */
  async setDefaults(defaults: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#inTurn(async () => {
      this.#defaults = defaults;
      await this.#replace();
    });
  }

  /** Reads the files again and applies what changed. Not needed where they are watched. */
  async reload(): Promise<void> {
    await this.#inTurn(async () => this.#take(await this.#readFiles()));
  }

  /**
   * The plugins in use, for the host: whose gateways the settings under `language_models` are decides which models a
   * project may choose.
   */
  usePlugins(plugins: readonly PluginSection[]): void {
    const sections = plugins.map(({ id, settingsKey, instances }) => ({ id, settingsKey, instances }));
    if (JSON.stringify(sections) === JSON.stringify(this.#plugins)) return;
    this.#plugins = sections;
    this.#layers = this.#compose();
  }

  /** Calls back after each change, and waits for it. Returns what ends that. */
  onChange(listener: () => void | Promise<void>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Follows the files from now on. */
  watch(failed: (error: unknown) => void): void {
    const files = [this.file, this.projectFile].filter((file) => file !== undefined);
    this.#unwatch = files.map((file) => watchFileChanges(file, () => void this.#settle().catch(failed)));
  }

  close(): void {
    for (const unwatch of this.#unwatch) unwatch();
    this.#unwatch = [];
    this.#listeners.clear();
  }

  async #settle(): Promise<void> {
    // The latest change is waited out by whoever was told of it last.
    const turn = ++this.#settling;
    const results = await readSettled(
      () => this.#readFiles(),
      () => this.#user.text !== "",
      () => turn !== this.#settling,
    );
    if (results !== undefined) await this.#inTurn(() => this.#take(results));
  }

  async #edit(layer: SettingsLayer = "user", change: (text: string) => string): Promise<void> {
    await editSettingsFile(this.#fileOf(layer), layer, change);
    await this.reload();
  }

  #fileOf(layer: SettingsLayer): string {
    const file = layer === "user" ? this.file : this.projectFile;
    if (file !== undefined) return file;
    throw new HostError(
      "settings-unwritable",
      layer === "user" ? "This program has no settings file." : "There is no project folder, so it has no settings.",
    );
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#reloading.then(work);
    this.#reloading = turn.catch(() => undefined);
    await turn;
  }

  #readFiles(): Promise<readonly (ReadResult | undefined)[]> {
    const { file, projectFile } = this;
    return Promise.all([
      file === undefined ? undefined : readSettingsFile(file, "user"),
      projectFile === undefined ? undefined : readSettingsFile(projectFile, "project"),
    ]);
  }

  async #take([user, project]: readonly (ReadResult | undefined)[]): Promise<void> {
    const faults: Notice[] = [];
    if (user !== undefined && "fault" in user) faults.push(user.fault);
    // What another folder holds must not keep the program from starting: it is told, and the layer left out.
    if (project !== undefined && "fault" in project) faults.push(project.fault);
    const nextUser = user !== undefined && "document" in user ? user.document : this.#user;
    const nextProject = project !== undefined && "document" in project ? project.document : this.#project;
    const same =
      nextUser.text === this.#user.text &&
      nextUser.exists === this.#user.exists &&
      nextProject?.text === this.#project?.text &&
      JSON.stringify(faults) === JSON.stringify(this.#faults);
    if (same) return;
    this.#user = nextUser;
    this.#project = nextProject;
    this.#faults = faults;
    await this.#replace();
  }

  async #replace(): Promise<void> {
    this.#layers = this.#compose();
    for (const listener of [...this.#listeners]) await listener();
  }

  #compose(): Layers {
    const { foreign, offered } = this.#options;
    const [defaults, user, project, plugins] = [this.#defaults, this.#user, this.#project, this.#plugins];
    return new Layers({ defaults, user, project, foreign, offered, plugins });
  }

  /** The folder that relative paths in the user's settings begin at. */
  get folder(): string {
    return this.file === undefined ? process.cwd() : dirname(this.file);
  }
}

function toPath(path: string | KeyPath): KeyPath {
  return typeof path === "string" ? parseKeyPath(path) : path;
}
