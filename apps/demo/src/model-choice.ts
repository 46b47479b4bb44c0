import type {
  Capabilities,
  CredentialSource,
  GatewayEntry,
  GuardedGateway,
  ReasoningEffort,
  ReasoningRequest,
  Registry,
} from "@waygate/core";
import { isObject } from "@waygate/core/plugin";
import type { BuiltInSimulator } from "./built-in-simulator.ts";
import { exitCode, exitCodeOfError, UsageError } from "./exit-code.ts";
import type { Settings } from "./settings.ts";

export const efforts = ["off", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export type Effort = (typeof efforts)[number];

/** Which model a conversation is held with, and how much it should think. */
export interface ModelChoice {
  readonly gateway: string;
  readonly model: string;
  readonly reasoning: ReasoningRequest | undefined;
}

export interface ModelChooserOptions {
  readonly registry: Registry;
  readonly settings: Settings;
  readonly credentials: CredentialSource;
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
    return this.#select(gateway, name.slice(colon + 1), effortRequest(this.#options.effort));
  }

  /**
   * The default: what the settings name, else the first model of the first usable gateway. Undefined where nothing is
   * configured.
   */
  async byDefault(): Promise<ModelChoice | undefined> {
    const { settings, registry } = this.#options;
    if (settings.defaultModel !== undefined && settings.defaultModel !== null) return this.#fromSettings();
    const entries = registry.gateways();
    for (const entry of entries) {
      if (!(await this.#isUsable(entry))) continue;
      const [model] = await registry.gateway(entry.id).models({ signal: new AbortController().signal });
      if (model === undefined) continue;
      return { gateway: entry.id, model: model.id, reasoning: effortRequest(this.#options.effort) };
    }
    const refused = entries.filter((entry) => entry.state === "refused").map((entry) => `"${entry.id}"`);
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

  async #fromSettings(): Promise<ModelChoice> {
    const { settings, effort, registry } = this.#options;
    const path = ["agent", "default_model"];
    const value = settings.defaultModel;
    if (!isObject(value) || typeof value.provider !== "string" || typeof value.model !== "string") {
      const place = settings.place(path, "value");
      throw new UsageError(`${place}: agent.default_model must be {"provider": "...", "model": "..."}.`, "settings");
    }
    const choice = await this.#select(value.provider, value.model, undefined).catch((error: unknown) => {
      if (!(error instanceof Error) || exitCodeOfError(error) !== exitCode.usage) throw error;
      throw new UsageError(`${settings.place(path, "value")}: ${error.message}`, "settings");
    });
    if (effort !== undefined) return { ...choice, reasoning: effortRequest(effort) };
    const reasoning = settingsRequest(value.enable_thinking, value.effort);
    // A setting, unlike an option of the command line, is a wish: a model that cannot think is asked all the same.
    const canReason = capabilitiesOf(registry.gateway(choice.gateway), choice.model).reasoning;
    return canReason || reasoning === "off" ? { ...choice, reasoning } : choice;
  }

  async #select(gateway: string, model: string, reasoning: ReasoningRequest | undefined): Promise<ModelChoice> {
    const { registry, simulator } = this.#options;
    const entry = () => registry.gateways().find(({ id }) => id === gateway);
    if (gateway === simulator.id && entry() === undefined) await simulator.start();
    if (entry()?.state === "refused") {
      throw new UsageError(`Gateway "${gateway}" cannot be used: its settings are wrong (see above).`, "settings");
    }
    const selection = await registry.select({ provider: gateway, model });
    return { gateway: selection.gateway.id, model: selection.model, reasoning };
  }

  /** Whether it has what it needs: right settings, and its keys. */
  async #isUsable(entry: GatewayEntry): Promise<boolean> {
    if (entry.state !== "ready") return false;
    for (const credential of entry.credentials) {
      if (credential.optional === true) continue;
      const secret = await this.#options.credentials({ gateway: entry.id, credential, address: entry.address });
      if (secret === undefined || secret === "") return false;
    }
    return true;
  }
}

/** What a model can do, as far as it is known without asking anybody. */
export function capabilitiesOf(gateway: GuardedGateway, model: string): Capabilities {
  return { ...gateway.capabilities, ...gateway.model?.(model)?.capabilities };
}

function effortRequest(effort: Effort | undefined): ReasoningRequest | undefined {
  return effort === undefined || effort === "off" ? effort : { effort };
}

/**
 * `enable_thinking` and `effort` of a model's settings. Thinking without an effort, or with one that nobody knows, is
 * left to the model: what it is asked for then may well stand in its own settings.
 */
function settingsRequest(enabled: unknown, effort: unknown): ReasoningRequest | undefined {
  if (enabled === false) return "off";
  const known = efforts.find((candidate): candidate is ReasoningEffort => candidate !== "off" && candidate === effort);
  return known === undefined ? undefined : { effort: known };
}
