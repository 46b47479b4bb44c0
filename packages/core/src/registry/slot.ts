import { GatewayError, isGatewayError } from "../contract/error.ts";
import { supports } from "../contract/features.ts";
import type { Gateway, GuardedGateway } from "../contract/gateway.ts";
import type { Limits } from "../contract/limits.ts";
import type { CredentialOptions, CredentialSpec, GatewayPlugin, Preparation } from "../contract/plugin.ts";
import { formatPath, type SettingsIssue } from "../contract/settings.ts";
import { guard } from "./guard.ts";
import { callPlugin, pluginCloseMs } from "./plugin-call.ts";
import { pluginStore } from "./plugin-store.ts";
import type { StreamLimit } from "./stream-limit.ts";
import type { CredentialQuery, GatewayEntry, RegistryOptions } from "./types.ts";

/** What all gateways of a registry have in common. */
export interface SlotOptions extends RegistryOptions {
  readonly streams: StreamLimit;
  readonly limits: Limits;
}

/** Where a slot comes from. */
export interface SlotPlace {
  readonly id: string;
  readonly plugin: GatewayPlugin;
  /** The contract that the plugin was written for. */
  readonly contract: number;
  readonly raw: unknown;
  /** The keys from `language_models` to these settings. */
  readonly path: readonly string[];
}

/** One gateway's place in the registry: its settings, checked; the gateway itself, once it is used. */
export class Slot {
  readonly #plugin: GatewayPlugin;
  readonly #raw: unknown;
  readonly #options: SlotOptions;
  readonly #preparation: Preparation;
  readonly #lifetime = new AbortController();
  readonly #entry: GatewayEntry;
  #gateway: GuardedGateway | undefined;
  #closeGateway: (() => Promise<void>) | undefined;
  #streams = 0;
  #idle: (() => void) | undefined;

  constructor({ id, plugin, contract, raw, path }: SlotPlace, options: SlotOptions) {
    this.#plugin = plugin;
    this.#raw = raw;
    this.#options = options;
    const { preparation, credentials } = inspect(plugin, id, raw);
    this.#preparation = preparation;
    const located = (issue: SettingsIssue) => ({ ...issue, path: [...path, ...issue.path] });
    const unknownKeys = preparation.unknownKeys.map(located);
    // A misspelt key is often why another is missing: of a gateway that is refused, all is said in one place.
    const issues = preparation.ok ? [] : [...preparation.issues.map(located), ...unknownKeys];
    if (preparation.ok) {
      for (const issue of unknownKeys) options.onNotice?.({ gateway: id, code: "unknown-setting", ...issue });
    }
    this.#entry = {
      id,
      name: plugin.instances === "one" ? plugin.name : id,
      plugin: plugin.id,
      contract,
      state: preparation.ok ? "ready" : "refused",
      issues,
      address: preparation.ok ? preparation.address : undefined,
      credentials,
      capabilities: plugin.capabilities,
    };
  }

  get entry(): GatewayEntry {
    return this.#entry;
  }

  /** Whether this slot is what the plugin would make of these settings. */
  isOf(plugin: GatewayPlugin, raw: unknown): boolean {
    return this.#plugin === plugin && JSON.stringify(this.#raw) === JSON.stringify(raw);
  }

  gateway(): GuardedGateway {
    const preparation = this.#preparation;
    const { id, issues } = this.#entry;
    if (!preparation.ok) {
      if (preparation.refusal !== undefined) {
        throw new GatewayError(preparation.refusal, { gateway: id, code: "protocol" });
      }
      const faults = issues.map(
        (issue) =>
          `${formatPath(["language_models", ...issue.path])}: ${issue.message}${/[.?]$/.test(issue.message) ? "" : "."}`,
      );
      throw new GatewayError(`The settings of gateway "${id}" are wrong. ${faults.join(" ")}`, {
        gateway: id,
        code: "settings",
      });
    }
    if (this.#gateway !== undefined) return this.#gateway;
    const opened = this.#open(preparation);
    this.#closeGateway = opened.close?.bind(opened);
    this.#gateway = guard(id, this.#plugin, opened, {
      limits: this.#options.limits,
      notice: (code, message) => this.#options.onNotice?.({ gateway: id, code, message }),
      maxOpenStreams: this.#options.streams.limit,
      streamStarted: (model, onTurn) => {
        this.#lifetime.signal.throwIfAborted();
        this.#streams++;
        const place = this.#options.streams.enter(id, model, onTurn);
        const ended = () => {
          this.#streams--;
          if (this.#streams === 0) this.#idle?.();
        };
        return { place, ended };
      },
    });
    return this.#gateway;
  }

  /** Resolves when the last stream has ended and the gateway is closed. */
  async close(): Promise<void> {
    if (this.#streams > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    this.#lifetime.abort(
      new GatewayError(`Gateway "${this.#entry.id}" was closed.`, { gateway: this.#entry.id, code: "closed" }),
    );
    const close = this.#closeGateway;
    if (close === undefined) return;
    const call = { gateway: this.#entry.id, name: "close()", limitMs: pluginCloseMs };
    await callPlugin(call, undefined, async () => {
      try {
        await close();
      } catch (error) {
        throw this.#failure("close", error);
      }
    });
  }

  #open(preparation: Preparation & { readonly ok: true }): Gateway {
    const { id } = this.#entry;
    try {
      const gateway = preparation.open({
        id,
        credential: (credential, options) => this.#credential(credential, options),
        store: pluginStore(id, this.#entry.address, this.#options.store),
        supports,
        transport: this.#options.transport ?? {},
        limits: this.#options.limits,
        notice: (notice) => this.#options.onNotice?.({ gateway: id, ...notice }),
        signal: this.#lifetime.signal,
      });
      if (typeof gateway?.stream !== "function") throw new TypeError("open() did not return a gateway");
      return gateway;
    } catch (error) {
      throw this.#failure("open", error);
    }
  }

  #failure(attempt: "open" | "close", error: unknown): unknown {
    if (isGatewayError(error)) return error;
    const { id } = this.#entry;
    const words = `The plugin "${this.#plugin.id}" failed to ${attempt} gateway "${id}": ${messageOf(error)}.`;
    return new GatewayError(words, { gateway: id, code: "protocol", cause: error });
  }

  async #credential(id: string, { refused }: CredentialOptions = {}): Promise<string | undefined> {
    const { id: gateway, address, credentials } = this.#entry;
    const spec = credentials.find((credential) => credential.id === id);
    if (spec === undefined)
      throw new TypeError(`The plugin of "${gateway}" asked for a credential "${id}" that it did not declare.`);
    const value = await this.#lookUp({ gateway, credential: spec, address, ...(refused !== undefined && { refused }) });
    if (value !== undefined && value !== "") return value;
    if (spec.optional === true) return undefined;
    throw missingCredential(gateway, spec, this.#options.credentials !== undefined);
  }

  async #lookUp(query: CredentialQuery): Promise<string | undefined> {
    try {
      return await this.#options.credentials?.(query);
    } catch (error) {
      if (isGatewayError(error)) throw error;
      const { gateway, credential } = query;
      const words = `The ${credential.label} of gateway "${gateway}" could not be looked up.`;
      throw new GatewayError(words, { gateway, code: "credentials", cause: withoutWords(error) });
    }
  }
}

/** Returns the failure of a credential source without its message, which may quote a secret. */
function withoutWords(error: unknown): Error {
  const { name = "Error", code } = (error ?? {}) as { readonly name?: unknown; readonly code?: unknown };
  const kind = typeof code === "string" ? `${String(name)} (${code})` : String(name);
  return new Error(`${kind}, whose words are left out, as they may quote a secret.`);
}

/** A plugin whose own check throws is refused like one with wrong settings: it must not break the others. */
function inspect(
  plugin: GatewayPlugin,
  id: string,
  raw: unknown,
): { readonly preparation: Preparation; readonly credentials: readonly CredentialSpec[] } {
  try {
    return { preparation: plugin.prepare(raw), credentials: plugin.credentials(id) };
  } catch (error) {
    const message = `The plugin "${plugin.id}" could not check its settings: ${messageOf(error)}.`;
    return { preparation: { ok: false, issues: [{ path: [], message }], unknownKeys: [] }, credentials: [] };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function missingCredential(gateway: string, { label, env, help }: CredentialSpec, hasSource: boolean): GatewayError {
  const variable = env[0] === undefined ? "" : ` Set the environment variable ${env[0]}.`;
  const source = env[0] === undefined ? "({ credential }) => …" : "fromEnvironment()";
  // Core reads no environment by itself: without this, setting the variable would change nothing.
  const option = hasSource ? "" : ` createRegistry has no source of credentials: pass credentials: ${source}.`;
  const where = help === undefined ? "" : ` Get one at ${help}.`;
  return new GatewayError(`Gateway "${gateway}" has no ${label}.${option}${variable}${where}`, {
    gateway,
    code: "credentials",
  });
}
