import { isObject } from "@waygate/core/plugin";
import type { Notice } from "../notice.ts";
import { AgentSettings } from "./agent.ts";
import type { Part, SettingsDocument } from "./document.ts";
import { type HostKeys, readHostKeys } from "./host-keys.ts";
import { formatKeyPath, type KeyPath } from "./key-path.ts";
import { overlay, withProject } from "./merge.ts";
import type { Place } from "./place.ts";
import { type ProjectLayer, readProjectLayer } from "./project-layer.ts";
import type { ValueIssue } from "./selection.ts";

export interface LayerOptions {
  /** What the program itself sets; the user's settings win over it. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly user: SettingsDocument;
  readonly project: SettingsDocument | undefined;
  /** Whether the user's file is another program's, most of whose keys mean nothing here. */
  readonly foreign: boolean;
}

/** The settings as they hold, made of their layers at one moment. Immutable. */
export class Layers {
  /** All layers as one. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly agent: AgentSettings;
  readonly keys: HostKeys;
  readonly notices: readonly Notice[];
  readonly #options: LayerOptions;
  readonly #projectLayer: ProjectLayer | undefined;

  constructor(options: LayerOptions) {
    const { defaults, user, project, foreign } = options;
    this.#options = options;
    const own = overlay(defaults, user.value);
    const base = isObject(own) ? own : {};
    this.#projectLayer = project && readProjectLayer(project.value, base);
    this.value = this.#projectLayer === undefined ? base : withProject(base, this.#projectLayer);
    this.agent = new AgentSettings(this.value.agent, { foreign });
    const { keys, issues } = readHostKeys(this.value, { foreign });
    this.keys = keys;
    this.notices = [
      ...user.warnings,
      ...(project?.warnings ?? []),
      ...this.#refusals(),
      ...[...issues, ...this.agent.issues].map((issue) => this.#toNotice(issue)),
    ];
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
    const inProject = this.#projectPath(path);
    if (project !== undefined && inProject !== undefined && project.has(inProject))
      return project.place(inProject, part);
    const isDefault = !user.has(path) && at(defaults, path) !== undefined;
    return isDefault || user.file === "" ? undefined : user.place(path, part);
  }

  /** The same place in the project's own file, if it may say something there. */
  #projectPath(path: KeyPath): KeyPath | undefined {
    const layer = this.#projectLayer;
    if (layer === undefined) return undefined;
    const [root, key] = path;
    if (root === "agent") return key !== undefined && Object.hasOwn(layer.agent, key) ? path : undefined;
    const list = path.indexOf("available_models");
    if (root !== "language_models" || list === -1 || path.length < list + 2) return undefined;
    const model = this.get(path.slice(0, list + 2));
    const models = at(this.#options.project?.value, path.slice(0, list + 1));
    if (!isObject(model) || !Array.isArray(models)) return undefined;
    const index = models.findIndex((entry: unknown) => isObject(entry) && entry.name === model.name);
    return index === -1 ? undefined : [...path.slice(0, list + 1), index, ...path.slice(list + 2)];
  }

  #refusals(): readonly Notice[] {
    const { project, user } = this.#options;
    return (this.#projectLayer?.refused ?? []).map((path) => ({
      severity: "warning",
      code: "project-setting",
      message: `${formatKeyPath(path)}: A project's settings have no say in this, as it may decide where keys and conversations go. Set it in ${user.file || "the user's settings"}.`,
      path,
      place: project?.place(path, "key"),
    }));
  }

  #toNotice({ path, message, harmless }: ValueIssue): Notice {
    return {
      severity: harmless === true ? "warning" : "error",
      code: harmless === true && message.startsWith("Unknown key") ? "unknown-setting" : "setting-invalid",
      message: harmless === true && message.startsWith("Unknown key") ? message : `${formatKeyPath(path)}: ${message}`,
      path,
      place: this.place(path, harmless === true ? "key" : "value"),
    };
  }
}

function at(value: unknown, path: KeyPath): unknown {
  let found = value;
  for (const segment of path) {
    if (Array.isArray(found)) found = typeof segment === "number" ? found[segment] : undefined;
    else found = isObject(found) && Object.hasOwn(found, segment) ? found[segment] : undefined;
  }
  return found;
}
