import type { Capabilities } from "./capabilities.ts";
import { type EmptySettings, emptySettings } from "./empty-settings.ts";
import type { NoticeEvent } from "./event.ts";
import type { Contract } from "./features.ts";
import type { Gateway } from "./gateway.ts";
import type { JsonObject, JsonSchema } from "./json.ts";
import type { Limits } from "./limits.ts";
import { requireDefinition } from "./require-definition.ts";
import { parseSettings, parseSettingsFile, type SettingsIssue, type SettingsSchema } from "./settings.ts";
import { jsonSchemaOf } from "./standard-schema.ts";

/** The definition of a gateway, as its author writes it. */
export interface PluginDefinition<Settings, Options extends JsonObject> {
  /** Names the gateway in `agent.default_model.provider`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** The contract that this code was written for: a literal, so that it does not change with the installed core. */
  readonly contract: Contract;
  /** The key of its settings under `language_models`. May differ from `id`. */
  readonly settingsKey: string;
  /**
   * `one`: one gateway, which exists without settings too. `map`: the settings' value maps ids to settings, each of them
   * a gateway. @defaultValue `"one"`
   */
  readonly instances?: "one" | "map";
  /** What one gateway's settings may hold. Default: nothing. */
  readonly settings?: SettingsSchema<Settings>;
  /** The credentials that it needs; for a `map`, those of the instance named. Default: none. */
  readonly credentials?: readonly CredentialSpec[] | ((id: string) => readonly CredentialSpec[]);
  /** What all its models can do, as far as a model does not say otherwise. Default: text alone. */
  readonly capabilities?: Capabilities;
  /** What `ModelRequest.gatewayOptions` may hold. Requests with options are rejected if this is absent. */
  readonly gatewayOptions?: SettingsSchema<Options>;
  /** Returns the address that requests go to. Credentials are kept by it. A gateway without an address keeps its key without one. */
  address?(settings: Settings): string;
  /**
   * What of valid settings has no effect, such as a header that the program sets itself. Told with its place as soon as
   * the settings are read. Default: nothing.
   */
  leftOut?(settings: Settings): readonly SettingsIssue[];
  /** Creates the gateway. Called at the first use; sends nothing. */
  open(context: OpenContext<Settings>): Gateway;
}

/** What a plugin gets to open a gateway. */
export interface OpenContext<Settings> {
  /** The gateway's id: the plugin's own, or the key in a map. */
  readonly id: string;
  readonly settings: Settings;
  /**
   * Returns a credential by the id that it was declared with. It is looked up at each call, so ask at each request.
   * Returns `undefined` for an optional one that is not configured. Rejects with a `GatewayError` of code `credentials`
   * for a required one.
   */
  credential(id: string, options?: CredentialOptions): Promise<string | undefined>;
  /** Keeps small secrets of this gateway and address, such as a rotated refresh token. */
  readonly store: PluginStore;
  readonly transport: Transport;
  /** The bounds that the registry sets. What a plugin gathers of an answer is counted with `HeldBytes`. */
  readonly limits: Limits;
  /** Reports something that belongs to no stream. */
  notice(notice: Omit<NoticeEvent, "type">): void;
  /**
   * Returns whether the installed core understands a feature: `event:source`, `finish:pause`, `tool:freeform`,
   * `capability:images`. Ask before sending an event that was added after contract 1 began.
   */
  supports(feature: string): boolean;
  /** Aborted when the gateway is closed. */
  readonly signal: AbortSignal;
}

export interface CredentialOptions {
  /**
   * The value that the service has just rejected. The source is asked once more; it may have a newer one. If it returns
   * the same value again, the rejection stands.
   */
  readonly refused?: string | undefined;
}

/** A store of text values by key, of one gateway and address. Hosts keep it like credentials; without one it lasts as long as the registry. */
export interface PluginStore {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
}

/** A credential that a gateway needs. */
export interface CredentialSpec {
  readonly id: string;
  /**
   * `secret`: kept in the keychain and never shown. `text`: a profile or a region, shown and never stored.
   * @defaultValue `"secret"`
   */
  readonly kind?: "secret" | "text";
  /** Ties it to a sign-in method, if there are several: those of one group belong together. */
  readonly group?: string;
  /** For people, such as `API key`. */
  readonly label: string;
  /** Environment variables. The first one that is not empty is used. */
  readonly env: readonly string[];
  /** Where to get one: an address or a sentence. */
  readonly help?: string;
  /** True if the gateway works without it. @defaultValue false */
  readonly optional?: boolean;
}

/** How plugins reach the network. A plugin brings its own if this is absent. */
export interface Transport {
  /** An undici `Dispatcher`, for plugins that use undici: proxies, certificates, tests. */
  readonly dispatcher?: object | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** A plugin as hosts hold it: a plain value without type parameters, so that a list of plugins needs none. */
export interface GatewayPlugin {
  readonly id: string;
  readonly name: string;
  readonly contract: number;
  readonly settingsKey: string;
  readonly instances: "one" | "map";
  readonly capabilities: Capabilities;
  credentials(id: string): readonly CredentialSpec[];
  /** The JSON Schema of one gateway's settings. */
  settingsSchema(): JsonSchema;
  /** Checks one gateway's raw settings; what it returns opens the gateway. */
  prepare(raw: unknown): Preparation;
  /** Checks `ModelRequest.options`. Undefined where the plugin takes none. */
  readonly parseGatewayOptions: ((raw: unknown) => OptionsResult) | undefined;
}

export type Preparation =
  | {
      readonly ok: true;
      readonly address: string | undefined;
      /** Keys without a meaning, and what else has no effect. */
      readonly unknownKeys: readonly SettingsIssue[];
      open(context: Omit<OpenContext<unknown>, "settings">): Gateway;
    }
  | {
      readonly ok: false;
      readonly issues: readonly SettingsIssue[];
      readonly unknownKeys: readonly SettingsIssue[];
      /** Why the plugin itself cannot be used, whatever its settings are. */
      readonly refusal?: string;
    };

export type OptionsResult =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly issues: readonly SettingsIssue[] };

/**
 * Creates a plugin from a definition. Throws a `TypeError` that names the field if the definition itself is wrong.
 */
export function definePlugin<Settings = EmptySettings, Options extends JsonObject = JsonObject>(
  definition: PluginDefinition<Settings, Options>,
): GatewayPlugin {
  requireDefinition(definition);
  // A definition without a schema has the default type parameter.
  const settings = definition.settings ?? (emptySettings as SettingsSchema<unknown> as SettingsSchema<Settings>);
  const credentials = definition.credentials ?? [];
  const options = definition.gatewayOptions;
  return {
    id: definition.id,
    name: definition.name,
    contract: definition.contract,
    settingsKey: definition.settingsKey,
    instances: definition.instances ?? "one",
    capabilities: definition.capabilities ?? {},
    credentials: (id) => (typeof credentials === "function" ? credentials(id) : credentials),
    settingsSchema: () => jsonSchemaOf(settings),
    prepare(raw) {
      const parsed = parseSettingsFile(settings, raw);
      if (!parsed.ok) return parsed;
      return {
        ok: true,
        address: definition.address?.(parsed.value),
        unknownKeys: [...parsed.unknownKeys, ...(definition.leftOut?.(parsed.value) ?? [])],
        open: (context) => definition.open({ ...context, settings: parsed.value }),
      };
    },
    parseGatewayOptions:
      options === undefined
        ? undefined
        : (raw) => {
            const parsed = parseSettings(options, raw);
            // A request is code, not a person's file: a key without effect is a mistake there.
            const issues = parsed.ok ? parsed.unknownKeys : [...parsed.issues, ...parsed.unknownKeys];
            return parsed.ok && issues.length === 0 ? { ok: true, value: parsed.value } : { ok: false, issues };
          },
  };
}
