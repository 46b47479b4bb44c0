import type { ReasoningRequest } from "@waygate/core";
import { didYouMean, isObject } from "@waygate/core/plugin";
import type { KeyPath } from "./key-path.ts";
import { type ModelSelection, readSelection, reasoningOf, unknownKeys, type ValueIssue } from "./selection.ts";

/** What a program asks models for. Each is a key under `agent`. */
export const features = [
  "default_model",
  "inline_assistant_model",
  "commit_message_model",
  "thread_summary_model",
  "subagent_model",
  "compaction_model",
] as const;

export type Feature = (typeof features)[number];

/** Keys of `agent` that the host reads. */
export const agentKeys: readonly string[] = [...features, "inline_alternatives", "favorite_models", "model_parameters"];

/** A model for a feature, with everything that the settings say about it. */
export interface FeatureModel extends ModelSelection {
  /** What `enable_thinking` and `effort` come to in a request. */
  readonly reasoning: ReasoningRequest | undefined;
  /** From `model_parameters`: that of the last entry that fits. */
  readonly temperature: number | undefined;
  /** The setting that named it; undefined for the model of the conversation, handed in as `current`. */
  readonly path: KeyPath | undefined;
  /** What of it a project's settings decide: the model with its effort, or the temperature. Empty if nothing. */
  readonly fromProject: readonly ("model" | "temperature")[];
}

/** One gateway's model, and nothing else about it. */
export interface ModelName {
  readonly provider: string;
  readonly model: string;
}

interface Parameters {
  readonly provider: string | undefined;
  readonly model: string | undefined;
  readonly temperature: number | undefined;
}

/** What a project's settings decide. */
export interface ProjectAgent {
  /** The keys of `agent` that are the project's. */
  readonly keys: ReadonlySet<string>;
  /** `agent` without the project. */
  readonly without: AgentSettings;
}

/** `agent`, checked: the models of the features, with their fallbacks. */
export class AgentSettings {
  /** What is wrong or odd; an entry that cannot be used counts as absent. */
  readonly issues: readonly ValueIssue[];
  /** Each model once, in the order of the settings. */
  readonly favorites: readonly ModelName[];
  readonly #models = new Map<Feature, ModelSelection>();
  readonly #alternatives: readonly ModelSelection[];
  readonly #parameters: readonly Parameters[];
  readonly #project: ProjectAgent | undefined;

  constructor(raw: unknown, options: { readonly foreign: boolean; readonly project?: ProjectAgent | undefined }) {
    this.#project = options.project;
    const issues: ValueIssue[] = [];
    const agent = isObject(raw) ? raw : {};
    if (raw !== undefined && raw !== null && !isObject(raw))
      issues.push({ path: ["agent"], message: "Must be an object." });
    for (const feature of features) {
      const value = agent[feature];
      const selection =
        value === undefined || value === null ? undefined : readSelection(value, ["agent", feature], issues);
      if (selection !== undefined) this.#models.set(feature, selection);
    }
    this.#alternatives = readList(agent, "inline_alternatives", issues, readSelection);
    this.favorites = onlyOnce(readList(agent, "favorite_models", issues, readSelection));
    this.#parameters = readList(agent, "model_parameters", issues, readParameters);
    issues.push(...misspeltKeys(agent, options.foreign));
    this.issues = issues;
  }

  /**
   * The model for a feature. `subagent_model` and `compaction_model` fall back on `current`, the model of the
   * conversation; all of them on `default_model`. Undefined where that is not set either.
   */
  model(feature: Feature, current?: ModelSelection): FeatureModel | undefined {
    const own = this.#models.get(feature);
    if (own !== undefined) return this.#complete(own, ["agent", feature]);
    const followsCurrent = feature === "subagent_model" || feature === "compaction_model";
    if (followsCurrent && current !== undefined) return this.#complete(current, undefined);
    const fallback = this.#models.get("default_model");
    return fallback === undefined ? undefined : this.#complete(fallback, ["agent", "default_model"]);
  }

  /** Every model that is named for a feature, as an alternative or as a favourite. */
  get named(): readonly ModelName[] {
    return [...this.#models.values(), ...this.#alternatives, ...this.favorites];
  }

  /** Further models that are asked for the same inline edit. */
  inlineAlternatives(): readonly FeatureModel[] {
    return this.#alternatives.map((model, index) => this.#complete(model, ["agent", "inline_alternatives", index]));
  }

  /** The temperature that `model_parameters` sets for a model: the last entry that fits decides. */
  temperature({ provider, model }: ModelName): number | undefined {
    const entry = this.#parameters.findLast(
      (candidate) => (candidate.provider ?? provider) === provider && (candidate.model ?? model) === model,
    );
    return entry?.temperature;
  }

  /** Whether the temperature of a model is a project's choice. */
  isTemperatureFromProject(model: ModelName): boolean {
    const project = this.#project;
    if (project?.keys.has("model_parameters") !== true) return false;
    return project.without.temperature(model) !== this.temperature(model);
  }

  isFavorite({ provider, model }: ModelName): boolean {
    return this.favorites.some((favorite) => favorite.provider === provider && favorite.model === model);
  }

  #complete(selection: ModelSelection, path: KeyPath | undefined): FeatureModel {
    const fromProject: ("model" | "temperature")[] = [];
    if (this.#project?.keys.has(String(path?.[1])) === true) fromProject.push("model");
    if (this.isTemperatureFromProject(selection)) fromProject.push("temperature");
    const temperature = this.temperature(selection);
    return { ...selection, reasoning: reasoningOf(selection), temperature, path, fromProject };
  }
}

/** Checks the value of one key of `agent`: what is wrong with it, and the models that it names. */
export function checkAgentKey(
  key: string,
  value: unknown,
): { readonly issues: readonly ValueIssue[]; readonly models: readonly ModelName[] } {
  const issues: ValueIssue[] = [];
  const agent = { [key]: value };
  if (key === "model_parameters") {
    readList(agent, key, issues, readParameters);
    return { issues, models: [] };
  }
  if (key === "inline_alternatives" || key === "favorite_models") {
    return { models: readList(agent, key, issues, readSelection), issues };
  }
  const selection = readSelection(value, ["agent", key], issues);
  return { issues, models: selection === undefined ? [] : [selection] };
}

function readList<Entry>(
  agent: Readonly<Record<string, unknown>>,
  key: string,
  issues: ValueIssue[],
  read: (value: unknown, path: KeyPath, issues: ValueIssue[]) => Entry | undefined,
): readonly Entry[] {
  const list = agent[key];
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) {
    issues.push({ path: ["agent", key], message: "Must be a list." });
    return [];
  }
  return list
    .map((entry: unknown, index) => read(entry, ["agent", key, index], issues))
    .filter((entry) => entry !== undefined);
}

function readParameters(value: unknown, path: KeyPath, issues: ValueIssue[]): Parameters | undefined {
  if (!isObject(value)) {
    issues.push({ path, message: 'Must be an object: {"provider": "…", "model": "…", "temperature": 0.5}.' });
    return undefined;
  }
  const { provider = null, model = null, temperature = null } = value;
  const faults: ValueIssue[] = [];
  if (provider !== null && typeof provider !== "string") {
    faults.push({ path: [...path, "provider"], message: "Must be the id of a gateway." });
  }
  if (model !== null && typeof model !== "string") {
    faults.push({ path: [...path, "model"], message: "Must be the id of a model." });
  }
  if (temperature !== null && !(typeof temperature === "number" && temperature >= 0)) {
    faults.push({ path: [...path, "temperature"], message: "Must be a number that is not negative." });
  }
  issues.push(...faults, ...unknownKeys(value, ["provider", "model", "temperature"], path));
  if (faults.length > 0) return undefined;
  return {
    provider: typeof provider === "string" ? provider : undefined,
    model: typeof model === "string" ? model : undefined,
    temperature: typeof temperature === "number" ? temperature : undefined,
  };
}

function onlyOnce(models: readonly ModelName[]): readonly ModelName[] {
  const seen = new Map(models.map(({ provider, model }) => [JSON.stringify([provider, model]), { provider, model }]));
  return [...seen.values()];
}

/** `agent` belongs to Zed too, whose other keys are none of ours; in our own file they have no effect. */
function misspeltKeys(agent: Readonly<Record<string, unknown>>, foreign: boolean): readonly ValueIssue[] {
  const others = Object.fromEntries(Object.entries(agent).filter(([key]) => !zedKeys.has(key)));
  return unknownKeys(others, agentKeys, ["agent"]).filter(
    ({ path }) => !foreign || didYouMean(String(path[1]), agentKeys) !== "",
  );
}

/** Keys that Zed knows under `agent` and that ask nothing of a gateway. */
const zedKeys: ReadonlySet<string> = new Set([
  "always_allow_tool_actions",
  "auto_compact",
  "button",
  "cancel_generation_on_terminal_stop",
  "commit_message_include_project_rules",
  "commit_message_instructions",
  "default_height",
  "default_profile",
  "default_view",
  "default_width",
  "dock",
  "enable_feedback",
  "enabled",
  "expand_edit_card",
  "expand_terminal_card",
  "flexible",
  "message_editor_min_lines",
  "new_thread_location",
  "notify_when_agent_waiting",
  "play_sound_when_agent_done",
  "preferred_completion_mode",
  "profiles",
  "sandbox_permissions",
  "show_turn_stats",
  "sidebar_side",
  "single_file_review",
  "stream_edits",
  "thinking_display",
  "tool_permissions",
  "use_modifier_to_send",
  "version",
]);
