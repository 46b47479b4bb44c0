import { type Capabilities, type GuardedGateway, type ReasoningRequest, reasoningEfforts } from "@waygate/core";
import type { Feature, Host } from "@waygate/host";
import type { BuiltInSimulator } from "./built-in-simulator.ts";
import { UsageError } from "./exit-code.ts";

export const efforts = ["off", ...reasoningEfforts] as const;
export type Effort = (typeof efforts)[number];

/** Which model a conversation is held with, and how much it should think. */
export interface ModelChoice {
  readonly gateway: string;
  readonly model: string;
  readonly reasoning: ReasoningRequest | undefined;
  /** From `agent.model_parameters`. Undefined: left to the model. */
  readonly temperature?: number | undefined;
}

export interface ModelChooserOptions {
  readonly host: Host;
  readonly simulator: BuiltInSimulator;
  /** Asked for on the command line: holds for every model. */
  readonly effort: Effort | undefined;
}

/** Finds the model that a conversation is to be held with. */
export class ModelChooser {
  readonly #options: ModelChooserOptions;

  constructor(options: ModelChooserOptions) {
    this.#options = options;
  }

  /** A model named as `gateway:model`. Model ids have colons of their own, so the first colon is the one. */
  async named(name: string): Promise<ModelChoice> {
    const colon = name.indexOf(":");
    if (colon < 1 || colon === name.length - 1) {
      throw new UsageError(`A model is named gateway:model, such as simulator:simulator; "${name}" is not.`);
    }
    const gateway = name.slice(0, colon);
    return this.#select(gateway, name.slice(colon + 1));
  }

  /**
   * The default: what the settings name, else the first model of the first usable gateway. Undefined where nothing is
   * configured.
   */
  async byDefault(feature: Feature = "default_model"): Promise<ModelChoice | undefined> {
    const { host, effort } = this.#options;
    const chosen = await this.bySettings(feature);
    if (chosen !== undefined) return effort === undefined ? chosen : { ...chosen, reasoning: effortRequest(effort) };
    const setups = await host.setups();
    for (const { gateway: id, state } of setups) {
      if (state !== "ready") continue;
      const gateway = await host.gateway(id);
      const [model] = await gateway.models({ signal: new AbortController().signal });
      if (model !== undefined) return this.#asked(id, model.id);
    }
    const refused = setups.filter(({ state }) => state === "refused").map(({ gateway }) => `"${gateway}"`);
    if (refused.length > 0) {
      throw new UsageError(
        `No gateway can be used: the settings of ${refused.join(", ")} are wrong (see above). Mend them, or name a model with --model.`,
        "settings",
      );
    }
    return undefined;
  }

  /** The simulator that comes with the program. */
  async simulated(): Promise<ModelChoice> {
    return this.named("simulator:simulator");
  }

  /**
   * What `agent` names for a feature, or for what that falls back on: `current`, the model of the conversation, where it
   * is the feature of a conversation; then `default_model`. Undefined where none is named. One that cannot be used is no
   * reason to ask another.
   */
  async bySettings(feature: Feature, current?: ModelChoice): Promise<ModelChoice | undefined> {
    const { host, simulator } = this.#options;
    const selection = current && {
      provider: current.gateway,
      model: current.model,
      enableThinking: undefined,
      effort: undefined,
    };
    const wanted = host.settings.model(feature, selection);
    if (wanted?.provider === simulator.id) await this.#startSimulator();
    // The conversation's own model is asked as the conversation asks it.
    if (wanted !== undefined && wanted.path === undefined) return current;
    const choice = await host.choose(feature, { current: selection });
    if (choice === undefined) {
      const named = [feature, "default_model"].find((key) => (host.settings.get(["agent", key]) ?? null) !== null);
      if (named === undefined) return undefined;
      throw new UsageError(`agent.${named} names no model (see above).`, "settings");
    }
    const { gateway, model, reasoning, temperature } = choice;
    return { gateway: gateway.id, model, reasoning, temperature };
  }

  async #select(gateway: string, model: string): Promise<ModelChoice> {
    const { host, simulator } = this.#options;
    if (gateway === simulator.id) await this.#startSimulator();
    await host.gateway(gateway);
    await host.registry.select({ provider: gateway, model });
    return this.#asked(gateway, model);
  }

  #asked(gateway: string, model: string): ModelChoice {
    const { host, effort } = this.#options;
    const temperature = host.settings.temperature({ provider: gateway, model });
    return { gateway, model, reasoning: effortRequest(effort), temperature };
  }

  /** Unless the settings have a gateway of that name. */
  async #startSimulator(): Promise<void> {
    const { host, simulator } = this.#options;
    if (!host.registry.gateways().some(({ id }) => id === simulator.id)) await simulator.start();
  }
}

/** What a model can do, as far as it is known without asking anybody. */
export function capabilitiesOf(gateway: GuardedGateway, model: string): Capabilities {
  return { ...gateway.capabilities, ...gateway.model?.(model)?.capabilities };
}

function effortRequest(effort: Effort | undefined): ReasoningRequest | undefined {
  return effort === undefined || effort === "off" ? effort : { effort };
}
