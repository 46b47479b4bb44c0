import type { GatewayEntry, GuardedGateway, JsonSchema, ReasoningRequest, Registry } from "@waygate/core";
import type { Credentials } from "./credentials/credentials.ts";
import type { DiagnoseOptions, GatewayReport } from "./diagnosis/gateway-report.ts";
import type { PluginInfo } from "./discovery/plugins.ts";
import type { GatewaySetup } from "./gateways/gateway-setup.ts";
import type { Models } from "./models/models.ts";
import type { Notice } from "./notice.ts";
import type { Feature, FeatureModel } from "./settings/agent.ts";
import type { ModelSelection } from "./settings/selection.ts";
import type { Settings } from "./settings/settings.ts";

/** What has changed while the program runs. */
export type HostChange =
  /** The settings, and with them the gateways. */
  | { readonly type: "settings" }
  /** A key of a gateway. Its list of models is asked for anew. */
  | { readonly type: "keys"; readonly gateway: string }
  /** A plugin's code was loaded, or could not be. */
  | { readonly type: "plugin"; readonly id: string };

/** A model that the settings choose, ready for `run({ ...choice, messages })`. */
export interface Choice {
  readonly gateway: GuardedGateway;
  readonly model: string;
  /** Left out where the model is known not to think: a setting is a wish. */
  readonly reasoning: ReasoningRequest | undefined;
  readonly temperature: number | undefined;
  /**
   * What of it the settings of a project decide: the model with its effort, or the temperature. Empty if nothing. A spread
   * does not copy it.
   */
  readonly fromProject: FeatureModel["fromProject"];
}

export interface ChooseOptions {
  /** The model of the conversation, which `subagent_model` and `compaction_model` fall back on. */
  readonly current?: ModelSelection | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Settings, keys, plugins and models of one machine, put together. Logs nothing. */
export interface Host extends AsyncDisposable {
  /**
   * The gateways. Those of a plugin that is not loaded yet stand in it as its manifest shows them, and are loaded when
   * they are first asked for something; `gateways()` and `gateway()` load them before.
   */
  readonly registry: Registry;
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly models: Models;
  /** All gateways, usable or not, in the order of their plugins. */
  gateways(): Promise<readonly GatewayEntry[]>;
  /** How far a person has come with each of them: untouched, refused, without its key, or ready to be asked. */
  setups(): Promise<readonly GatewaySetup[]>;
  /** A gateway by its id. Rejects with a `GatewayError` that says what there is instead, or what is wrong. */
  gateway(id: string): Promise<GuardedGateway>;
  /**
   * The model that the settings choose for a feature; undefined where they choose none. Rejects with a `GatewayError`,
   * whose message begins with the place of the setting, where there is no such gateway or model.
   */
  choose(feature?: Feature, options?: ChooseOptions): Promise<Choice | undefined>;
  /** All plugins, as far as they are known without running their code. */
  plugins(): readonly PluginInfo[];
  /**
   * Confirms a package that was found by its keyword, by its name: from now on its code may run, as it was when
   * `plugins()` listed it. If its version, folder or code changes, it has to be confirmed again. Show a person name,
   * version and folder first: a plugin can do what the program can. Rejects with a `HostError`.
   */
  confirmPlugin(name: string): Promise<PluginInfo>;
  /** Takes a confirmation back, and its gateways out. Resolves to whether there was one. Rejects with a `HostError`. */
  revokePlugin(name: string): Promise<boolean>;
  /** What is wrong or odd at this moment: settings, plugins, gateways. */
  notices(): readonly Notice[];
  /** Looks at gateways one by one: address, keys, models, the plugin's own check, and a real tool call if asked. */
  diagnose(options?: DiagnoseOptions): Promise<readonly GatewayReport[]>;
  /** The JSON Schema of a settings file, with the settings of all plugins. Loads them. */
  schema(): Promise<JsonSchema>;
  /** Calls back after each change has been applied. Returns what ends that. */
  onChange(listener: (change: HostChange) => void): () => void;
  /** Closes the gateways, each when its streams have ended, and stops following files. */
  close(): Promise<void>;
}
