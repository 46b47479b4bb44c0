import { capabilityNames } from "../contract/capabilities.ts";
import { didYouMean } from "../contract/did-you-mean.ts";
import { GatewayError, isGatewayError } from "../contract/error.ts";
import type { GuardedGateway } from "../contract/gateway.ts";
import { isObject } from "../contract/json.ts";
import type { Model } from "../contract/model.ts";
import type { GatewayPlugin } from "../contract/plugin.ts";
import { type AdmittedPlugin, admit } from "./admission.ts";
import { admitOptions } from "./admit-options.ts";
import { completeLimits, requireLimit } from "./complete-limits.ts";
import { handle } from "./handle.ts";
import { Slot, type SlotOptions } from "./slot.ts";
import { StreamLimit } from "./stream-limit.ts";
import type { GatewayEntry, RegistryOptions } from "./types.ts";

export interface ModelList {
  readonly gateway: string;
  readonly models: readonly Model[];
  /** Why the list could not be had. `models` is empty then. */
  readonly error: GatewayError | undefined;
}

export interface Selection {
  readonly gateway: GuardedGateway;
  /** The model's id, as a request names it. */
  readonly model: string;
}

/** Holds the gateways that plugins and settings give. */
export interface Registry extends AsyncDisposable {
  /** All gateways, refused ones too, in the order of the plugins. */
  gateways(): readonly GatewayEntry[];
  /**
   * A gateway by its id, opened at its first use. It stays good for that id: after a `reload` it is the one of the new
   * settings. Throws a `GatewayError` that says what there is instead.
   */
  gateway(id: string): GuardedGateway;
  /** The models of all usable gateways. A list that fails says so and spoils no other. */
  models(options?: { readonly signal?: AbortSignal; readonly refresh?: boolean }): Promise<readonly ModelList[]>;
  /** Resolves what `agent.default_model` names. Rejects with a `GatewayError` where the gateway lists no such model. */
  select(choice: { readonly provider: string; readonly model: string }, signal?: AbortSignal): Promise<Selection>;
  add(plugin: GatewayPlugin): void;
  /** Takes a plugin and its gateways out. Running streams finish. */
  remove(pluginId: string): void;
  /** Applies new settings. Gateways whose settings did not change stay open; running streams finish as they began. */
  reload(settings: Readonly<Record<string, unknown>>): void;
  /**
   * Closes all gateways, each when its streams have ended. From then on the registry has no gateways, and `gateway`, `select`,
   * `add`, `remove` and `reload` fail with the code `closed`.
   */
  close(): Promise<void>;
}

/**
 * Admits plugins and opens gateways by id. Throws a `TypeError` for a list that is wrong in itself: two plugins of one
 * id, or a value that is no plugin. A plugin of another contract and wrong settings refuse only their own gateways.
 */
export function createRegistry(options: RegistryOptions): Registry {
  return new OpenRegistry(options);
}

class OpenRegistry implements Registry {
  readonly #options: SlotOptions;
  readonly #plugins = new Map<string, AdmittedPlugin>();
  #settings: Readonly<Record<string, unknown>>;
  #slots = new Map<string, Slot>();
  readonly #closing = new Set<Promise<void>>();
  #closed = false;
  readonly #handles = new Map<string, GuardedGateway>();

  constructor(options: RegistryOptions) {
    admitOptions(options);
    this.#options = {
      ...options,
      // Outlives a reload: what counts is what is open.
      streams: new StreamLimit(requireLimit("maxOpenStreams", options.maxOpenStreams ?? 16)),
      limits: completeLimits(options.limits),
    };
    this.#settings = options.settings ?? {};
    for (const plugin of options.plugins) this.#admit(plugin);
    this.#build();
  }

  gateways(): readonly GatewayEntry[] {
    return [...this.#slots.values()].map((slot) => slot.entry);
  }

  gateway(id: string): GuardedGateway {
    if (this.#closed) throw closedRegistry(id);
    const slot = this.#slots.get(id);
    if (slot !== undefined) {
      // Opened now, so that what is wrong with it is said to who asks for it.
      slot.gateway();
      const known = this.#handles.get(id) ?? handle(id, this.#options.limits, () => this.#open(id));
      this.#handles.set(id, known);
      return known;
    }
    const ids = [...this.#slots.keys()];
    const hint = didYouMean(id, ids) || ` There ${ids.length === 1 ? "is" : "are"}: ${ids.join(", ") || "none"}.`;
    throw new GatewayError(`There is no gateway "${id}".${hint} Add it to the settings, or install its plugin.`, {
      gateway: id,
      code: "settings",
    });
  }

  /** What a handle stands for at this moment. */
  #open(id: string): GuardedGateway {
    const slot = this.#slots.get(id);
    if (slot !== undefined) return slot.gateway();
    throw this.#closed ? closedRegistry(id) : removedGateway(id);
  }

  async models(options: { readonly signal?: AbortSignal; readonly refresh?: boolean } = {}) {
    const signal = options.signal ?? new AbortController().signal;
    const usable = [...this.#slots.values()].filter((slot) => slot.entry.state === "ready");
    const lists = await Promise.all(
      usable.map(async (slot): Promise<ModelList> => {
        const gateway = slot.entry.id;
        try {
          const models = await slot.gateway().models({ signal, refresh: options.refresh });
          return { gateway, models, error: undefined };
        } catch (error) {
          if (!isGatewayError(error)) throw error;
          return { gateway, models: [], error };
        }
      }),
    );
    return lists;
  }

  async select(
    choice: { readonly provider: string; readonly model: string },
    signal?: AbortSignal,
  ): Promise<Selection> {
    const gateway = this.gateway(choice.provider);
    if (gateway.model?.(choice.model) !== undefined) return { gateway, model: choice.model };
    const models = await gateway.models({ signal: signal ?? new AbortController().signal });
    if (models.some((model) => model.id === choice.model)) return { gateway, model: choice.model };
    const ids = models.map((model) => model.id);
    const some = ids.length > 8 ? `${ids.slice(0, 8).join(", ")} and ${ids.length - 8} more` : ids.join(", ");
    const hint = didYouMean(choice.model, ids) || ` It has: ${some || "none"}.`;
    throw new GatewayError(`Gateway "${choice.provider}" has no model "${choice.model}".${hint}`, {
      gateway: choice.provider,
      code: "model-not-found",
    });
  }

  add(plugin: GatewayPlugin): void {
    this.#requireOpen();
    this.#admit(plugin);
    this.#build();
  }

  remove(pluginId: string): void {
    this.#requireOpen();
    this.#plugins.delete(pluginId);
    this.#build();
  }

  reload(settings: Readonly<Record<string, unknown>>): void {
    this.#requireOpen();
    this.#settings = settings;
    this.#build();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const slots = [...this.#slots.values()];
    this.#slots = new Map();
    for (const slot of slots) this.#retire(slot);
    const outcomes = await Promise.allSettled(this.#closing);
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #requireOpen(): void {
    if (!this.#closed) return;
    throw new GatewayError("The registry is closed. Create another one.", { gateway: "", code: "closed" });
  }

  #admit(candidate: GatewayPlugin): void {
    const admitted = admit(candidate, this.#options.contractAdapters);
    const { plugin } = admitted;
    if (this.#plugins.has(plugin.id)) {
      throw new TypeError(`Two plugins have the id "${plugin.id}": load only one of them.`);
    }
    this.#plugins.set(plugin.id, admitted);
    for (const name of Object.keys(plugin.capabilities)) {
      if (capabilityNames.some((known) => known === name)) continue;
      const message =
        `The plugin "${plugin.id}" declares the capability "${name}", which this version of @waygate/core does not know. ` +
        `It has no effect.${didYouMean(name, capabilityNames)}`;
      this.#options.onNotice?.({ gateway: plugin.id, code: "capability-unknown", message });
    }
  }

  /** Makes the slots that plugins and settings ask for, keeping those that did not change. */
  #build(): void {
    const previous = this.#slots;
    const next = new Map<string, Slot>();
    for (const { plugin, contract } of this.#plugins.values()) {
      for (const [id, raw, path] of instancesOf(plugin, sectionOf(this.#settings, plugin.settingsKey))) {
        if (next.has(id)) {
          // The newcomer gives way: a plugin that is added must not break the gateway of another.
          const message = `"${id}" of the plugin "${plugin.id}" was left out: another gateway has that id. Rename one.`;
          this.#options.onNotice?.({ gateway: id, code: "gateway-id-taken", message, path });
          continue;
        }
        const old = previous.get(id);
        next.set(
          id,
          old?.isOf(plugin, raw) === true ? old : new Slot({ id, plugin, contract, raw, path }, this.#options),
        );
      }
    }
    this.#slots = next;
    for (const slot of previous.values()) {
      if (next.get(slot.entry.id) !== slot) this.#retire(slot);
    }
  }

  /** Closes a gateway when its last stream has ended. Only `close()` waits for that. */
  #retire(slot: Slot): void {
    const closing = slot.close();
    const settle = () => this.#closing.delete(closing);
    this.#closing.add(closing);
    closing.then(settle, settle);
  }
}

function closedRegistry(id: string): GatewayError {
  const words = `Gateway "${id}" is closed, because its registry was closed. Create another registry.`;
  return new GatewayError(words, { gateway: id, code: "closed" });
}

function removedGateway(id: string): GatewayError {
  const words = `Gateway "${id}" is closed: its settings or its plugin were removed. Ask another gateway.`;
  return new GatewayError(words, { gateway: id, code: "closed" });
}

function sectionOf(settings: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(settings, key) ? settings[key] : undefined;
}

/** The gateways that a plugin makes of its settings: id, raw settings, the keys that lead to them. */
function* instancesOf(plugin: GatewayPlugin, raw: unknown): Iterable<readonly [string, unknown, readonly string[]]> {
  if (plugin.instances === "one") yield [plugin.id, raw ?? {}, [plugin.settingsKey]];
  else if (isObject(raw)) {
    for (const id of Object.keys(raw)) yield [id, raw[id], [plugin.settingsKey, id]];
  } else if (raw !== undefined) {
    // Shown as a refused gateway, so that the mistake is seen where gateways are listed.
    yield [plugin.id, raw, [plugin.settingsKey]];
  }
}
