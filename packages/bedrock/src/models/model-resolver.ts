import type { NoticeEvent } from "@waygate/core/plugin";
import type { Connection } from "../aws/connection.ts";
import { failureContext, told } from "../failure/told.ts";
import { limits } from "../limits.ts";
import type { BedrockSettings, ModelSettings } from "../settings.ts";
import { ListingFailure } from "./discovered.ts";
import { type Family, familyOf } from "./family.ts";
import { inferenceId, isExact, isShortName, type Listing } from "./inference-id.ts";
import { isOfCredentials, usedInstead } from "./listing-notice.ts";

/** A model as it is called. */
export interface ResolvedModel {
  /** An id or an ARN, as it is sent. */
  readonly modelId: string;
  /** The model behind it, where that is known; else the same. */
  readonly foundation: string;
  readonly family: Family;
  /** What the settings say of it. */
  readonly settings: ModelSettings | undefined;
}

export interface ModelResolverOptions {
  readonly gateway: string;
  readonly settings: BedrockSettings;
  readonly notice: (notice: Omit<NoticeEvent, "type">) => void;
}

/** Finds out how a model is called from where the gateway is, asking AWS where that is needed and permitted. */
export class ModelResolver {
  readonly #options: ModelResolverOptions;
  readonly #models: ReadonlyMap<string, ModelSettings>;
  #told = false;

  constructor(options: ModelResolverOptions) {
    this.#options = options;
    this.#models = new Map(options.settings.available_models.map((model) => [model.name, model]));
  }

  settingsOf(name: string): ModelSettings | undefined {
    return this.#models.get(name);
  }

  /** Rejects with a `GatewayError` for a model that cannot be called from the region. */
  async resolve(name: string, region: string, connection: Connection, signal: AbortSignal): Promise<ResolvedModel> {
    const settings = this.#models.get(name);
    const modelId = await this.#idOf(name, region, connection, signal);
    const foundation =
      settings?.base_model ?? (await this.#foundationOf(modelId, region, connection, signal)) ?? modelId;
    return { modelId, foundation, family: withSettings(familyOf(foundation), settings), settings };
  }

  async #idOf(name: string, region: string, connection: Connection, signal: AbortSignal): Promise<string> {
    // A name of the settings is sent as it is, unless it is one of the short names, which AWS does not know.
    if (this.#models.has(name) && !isShortName(name)) return name;
    const { gateway, settings } = this.#options;
    const question = { gateway, model: name, region, allowGlobal: settings.allow_global };
    return inferenceId({ ...question, listing: await this.#listing(name, region, connection, signal) });
  }

  async #listing(
    name: string,
    region: string,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<Listing | undefined> {
    if (!this.#options.settings.discover_models || isExact(name)) return undefined;
    const listing = await this.#soon(connection.discovery.current(signal), region, connection, signal);
    if (listing?.failure !== undefined) this.#tell(listing.failure, region, connection, true);
    return listing;
  }

  async #foundationOf(
    modelId: string,
    region: string,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const opaque = /^arn:.*:application-inference-profile\//.test(modelId);
    if (!opaque || !this.#options.settings.discover_models) return undefined;
    return await this.#soon(connection.discovery.foundation(modelId, signal), region, connection, signal);
  }

  /** What AWS says, unless it refuses to or takes too long: then what is built in has to do. */
  async #soon<Value>(
    asked: Promise<Value | undefined>,
    region: string,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<Value | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const words = `did not list its models and inference profiles within ${limits.listingMs / 1000} s.`;
      timer = setTimeout(() => reject(new ListingFailure("timeout", words)), limits.listingMs).unref();
    });
    try {
      return await Promise.race([asked, late]);
    } catch (error) {
      signal.throwIfAborted();
      this.#tell(error, region, connection, false);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  #tell(error: unknown, region: string, connection: Connection, isPartial: boolean): void {
    if (this.#told) return;
    const { gateway, notice } = this.#options;
    const failure = told(error, connection, failureContext(gateway, connection, region));
    // What is wrong with the credentials or the network, the request itself is about to say.
    if (isOfCredentials(failure) || failure.code === "connection") return;
    this.#told = true;
    notice(usedInstead(error, failure, isPartial));
  }
}

/** What is known of a model's family, and what the settings declare over it. */
function withSettings(family: Family, model: ModelSettings | undefined): Family {
  if (model === undefined) return family;
  const { thinking, mode, cache_configuration } = model;
  const reasoning = reasoningOf(family, thinking, mode);
  const cache =
    cache_configuration === undefined ? family.cache : (family.cache ?? { tools: true, points: 4, hour: true });
  return { ...family, reasoning, cache };
}

function reasoningOf(
  { reasoning }: Family,
  thinking: ModelSettings["thinking"],
  mode: ModelSettings["mode"],
): Family["reasoning"] {
  if (thinking === false) return { kind: "none" };
  const declared = typeof thinking === "object" ? thinking : {};
  // Only who is asked by an effort has efforts. What is known to be asked in another way goes on being asked so.
  const implied = declared.has_xhigh === true && declared.budget_tokens === undefined;
  const open = reasoning.kind === "none" || reasoning.kind === "adaptive";
  if ((declared.adaptive ?? (implied && open)) || (mode?.type === "adaptive" && reasoning.kind === "none")) {
    if (reasoning.kind === "adaptive" && declared.has_xhigh === undefined) return reasoning;
    const efforts = [
      "low",
      "medium",
      "high",
      ...(declared.has_xhigh === true ? ["xhigh" as const] : []),
      "max",
    ] as const;
    if (reasoning.kind === "adaptive") return { ...reasoning, efforts };
    return { kind: "adaptive", efforts, budget: false, display: false, off: "default" };
  }
  if (declared.budget_tokens !== undefined) return { kind: "budget", defaultBudget: declared.budget_tokens };
  const asked = thinking !== undefined || mode?.type === "thinking";
  return asked && reasoning.kind === "none" ? { kind: "budget" } : reasoning;
}
