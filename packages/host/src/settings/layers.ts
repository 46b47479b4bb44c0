import { isObject } from "@waygate/core/plugin";
import type { Notice } from "../notice.ts";
import { AgentSettings, type ModelName } from "./agent.ts";
import type { Part, SettingsDocument } from "./document.ts";
import { type HostKeys, readHostKeys } from "./host-keys.ts";
import { formatKeyPath, type KeyPath } from "./key-path.ts";
import { OfferedModels, type PluginSection } from "./offered-models.ts";
import { overlay } from "./overlay.ts";
import type { Place } from "./place.ts";
import { type ProjectLayer, readProjectLayer } from "./project-layer.ts";
import type { ValueIssue } from "./selection.ts";
import type { SettingsLayer } from "./settings-options.ts";
import { readToolPermissions, type ToolPermissions } from "./tool-permissions.ts";

type Raw = Readonly<Record<string, unknown>>;

export interface LayerOptions {
  /** What the program itself sets; the user's settings win over it. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly user: SettingsDocument;
  readonly project: SettingsDocument | undefined;
  /** Whether the user's file is another program's, most of whose keys mean nothing here. */
  readonly foreign: boolean;
  /** Models that a project may choose although no settings name them. */
  readonly offered: readonly ModelName[];
  /** The plugins in use, which tell which settings are those of which gateway. */
  readonly plugins: readonly PluginSection[];
}

/** How much is told of a project's file, which may hold anything: so many notices, and so many characters of each. */
const told = { notices: 20, characters: 600 };

/** The settings as they hold, made of their layers at one moment. Immutable. */
export class Layers {
  /** All layers as one. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly agent: AgentSettings;
  readonly keys: HostKeys;
  /** What tools may do without asking: the user's layer, then the project's, if they say something about it. */
  readonly toolPermissions: readonly ToolPermissions[];
  readonly notices: readonly Notice[];
  readonly #options: LayerOptions;
  readonly #projectLayer: ProjectLayer | undefined;

  constructor(options: LayerOptions) {
    const { defaults, user, project, foreign, offered: models, plugins } = options;
    this.#options = options;
    const own = overlay(defaults, user.value);
    const base = isObject(own) ? own : {};
    const without = new AgentSettings(base.agent, { foreign });
    const offered = new OfferedModels({ settings: base, agent: without, plugins, models });
    this.#projectLayer = project && readProjectLayer(project.value, offered);
    this.value = withProject(base, this.#projectLayer);
    const chosen = Object.keys(this.#projectLayer?.agent ?? {});
    this.agent =
      chosen.length === 0
        ? without
        : new AgentSettings(this.value.agent, { foreign, project: { keys: new Set(chosen), without } });
    const { keys, issues } = readHostKeys(this.value, { foreign });
    this.keys = keys;
    const permissions = [
      ...this.#readPermissions("user", isObject(base.agent) ? base.agent.tool_permissions : undefined),
      ...this.#readPermissions("project", this.#projectLayer?.toolPermissions),
    ];
    this.toolPermissions = permissions.map((layer) => layer.permissions);
    const notices = [
      ...user.warnings,
      ...(project?.warnings ?? []),
      ...this.#refusals(),
      ...[...issues, ...this.agent.issues].map((issue) => this.#toNotice(issue, this.place.bind(this))),
      ...permissions.flatMap((layer) => layer.notices),
    ];
    this.notices = project === undefined ? notices : bounded(notices, project.file);
  }

  /** `language_models`: raw settings by the plugins' keys. */
  get languageModels(): Readonly<Record<string, unknown>> {
    return isObject(this.value.language_models) ? this.value.language_models : {};
  }

  get(path: KeyPath): unknown {
    return at(this.value, path);
  }

  /** Where a setting stands, in the layer that it comes from; undefined for what the program itself set. */
  place(path: KeyPath, part: Part): Place | undefined {
    const { user, project, defaults } = this.#options;
    if (project !== undefined && this.#isOfProject(path) && project.has(path)) return project.place(path, part);
    const isDefault = !user.has(path) && at(defaults, path) !== undefined;
    return isDefault || user.file === "" ? undefined : user.place(path, part);
  }

  #isOfProject([root, key]: KeyPath): boolean {
    return root === "agent" && key !== undefined && Object.hasOwn(this.#projectLayer?.agent ?? {}, key);
  }

  #refusals(): readonly Notice[] {
    const { project, user } = this.#options;
    return (this.#projectLayer?.refused ?? []).map(({ path, message, remedy }) => ({
      severity: "warning",
      code: "project-setting",
      message: `${formatKeyPath(path)}: ${message}${remedy === undefined ? "" : ` ${remedy} ${user.file || "the user's settings"}.`}`,
      path,
      place: project?.place(path, "key"),
    }));
  }

  /** A project's permissions do not replace the user's: both are kept, each with its own places. */
  #readPermissions(layer: SettingsLayer, raw: unknown) {
    if (raw === undefined || raw === null) return [];
    const { user, project } = this.#options;
    const document = layer === "user" ? user : project;
    const placeOf = (path: KeyPath, part: Part) =>
      document === undefined || document.file === "" || !document.has(path.slice(0, 2))
        ? undefined
        : document.place(path, part);
    const { permissions, issues, refused } = readToolPermissions(raw, layer, (path) => placeOf(path, "value"));
    const refusals = refused.map(
      (path): Notice => ({
        severity: "warning",
        code: "project-setting",
        message: `${formatKeyPath(path)}: A project's settings can only restrict what tools may do, so this has no effect.`,
        path,
        place: placeOf(path, "key"),
      }),
    );
    return [{ permissions, notices: [...issues.map((issue) => this.#toNotice(issue, placeOf)), ...refusals] }];
  }

  #toNotice(
    { path, message, harmless }: ValueIssue,
    placeOf: (path: KeyPath, part: Part) => Place | undefined,
  ): Notice {
    return {
      severity: harmless === true ? "warning" : "error",
      code: harmless === true && message.startsWith("Unknown key") ? "unknown-setting" : "setting-invalid",
      message: harmless === true && message.startsWith("Unknown key") ? message : `${formatKeyPath(path)}: ${message}`,
      path,
      place: placeOf(path, harmless === true ? "key" : "value"),
    };
  }
}

/** Whole values: half of a project's model and half of the user's would be a model that nobody chose. */
function withProject(base: Raw, layer: ProjectLayer | undefined): Raw {
  if (layer === undefined || Object.keys(layer.agent).length === 0) return base;
  return { ...base, agent: { ...(isObject(base.agent) ? base.agent : {}), ...layer.agent } };
}

/** Keeps a file of others from filling the screen. */
function bounded(notices: readonly Notice[], file: string): readonly Notice[] {
  const isOfFile = (notice: Notice) => notice.place?.file === file;
  const count = notices.filter(isOfFile).length;
  let kept = 0;
  const shown = notices.flatMap((notice): readonly Notice[] => {
    if (!isOfFile(notice)) return [notice];
    if (kept === told.notices) return [];
    kept++;
    const { message } = notice;
    const cut = message.length > told.characters ? `${message.slice(0, told.characters)}…` : message;
    return [{ ...notice, message: cut }];
  });
  if (count <= told.notices) return shown;
  const message = `${count - told.notices} more settings of this file have no effect.`;
  return [...shown, { severity: "warning", code: "project-setting", message, place: { file, line: 1, column: 1 } }];
}

function at(value: unknown, path: KeyPath): unknown {
  let found = value;
  for (const segment of path) {
    if (Array.isArray(found)) found = typeof segment === "number" ? found[segment] : undefined;
    else found = isObject(found) && Object.hasOwn(found, segment) ? found[segment] : undefined;
  }
  return found;
}
