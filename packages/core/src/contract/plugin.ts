import type { Capabilities } from "./capabilities.ts";
import type { NoticeEvent } from "./event.ts";
import type { Gateway } from "./gateway.ts";
import type { JsonObject, JsonSchema } from "./json.ts";
import { parseSettings, parseSettingsFile, type SettingsIssue, type SettingsSchema } from "./settings.ts";
import { hasJsonSchema, isStandardSchema, jsonSchemaOf, jsonSchemaRemedy } from "./standard-schema.ts";

/** The version of this contract. It changes only when plugins written for an older one would misbehave. */
export const contractVersion = 1;

/** What the author of a gateway writes. */
export interface PluginDefinition<Settings, Options extends JsonObject> {
  /** Names the gateway in `agent.default_model.provider`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** The `contractVersion` that the plugin was written for. */
  readonly contract: number;
  /** The key of its settings under `language_models`. May differ from `id`. */
  readonly settingsKey: string;
  /**
   * `one` (default): one gateway, which exists without settings too. `map`: the settings' value maps ids to settings,
   * each of them a gateway.
   */
  readonly instances?: "one" | "map";
  readonly settings: SettingsSchema<Settings>;
  /** What secrets it needs; for a `map`, those of the instance named. Default: none. */
  readonly credentials?: readonly CredentialSpec[] | ((id: string) => readonly CredentialSpec[]);
  readonly capabilities: Capabilities;
  /** What `ModelRequest.options` may hold. Options are refused where this is absent. */
  readonly gatewayOptions?: SettingsSchema<Options>;
  /** The address that requests go to. Credentials are kept by it. */
  address?(settings: Settings): string;
  /** Makes the gateway. Called at the first use; sends nothing. */
  open(context: OpenContext<Settings>): Gateway;
}

export interface OpenContext<Settings> {
  /** The gateway's id: the plugin's own, or the key in a map. */
  readonly id: string;
  readonly settings: Settings;
  /**
   * A secret by the id it was declared with, asked for anew at each request. Undefined for an optional one that is not
   * configured; a missing required one rejects with a `GatewayError` of code `credentials`.
   */
  credential(id: string): Promise<string | undefined>;
  readonly transport: Transport;
  /** Tells the host something that belongs to no stream. */
  notice(notice: Omit<NoticeEvent, "type">): void;
  /** Aborted when the gateway is closed. */
  readonly signal: AbortSignal;
}

export interface CredentialSpec {
  readonly id: string;
  /** For people: such as `API key`. */
  readonly label: string;
  /** Environment variables, the first that is not empty wins. */
  readonly env: readonly string[];
  /** Where a person gets one. */
  readonly help?: string;
  /** True where the gateway works without it. Default: false. */
  readonly optional?: boolean;
}

/** How plugins reach the network. What is absent, a plugin brings itself. */
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
  readonly parseOptions: ((raw: unknown) => OptionsResult) | undefined;
}

export type Preparation =
  | {
      readonly ok: true;
      readonly address: string | undefined;
      readonly unknownKeys: readonly SettingsIssue[];
      open(context: Omit<OpenContext<unknown>, "settings">): Gateway;
    }
  | { readonly ok: false; readonly issues: readonly SettingsIssue[]; readonly unknownKeys: readonly SettingsIssue[] };

export type OptionsResult =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly issues: readonly SettingsIssue[] };

/**
 * Makes a plugin of a definition. Throws a `TypeError` that names the field where the definition itself is wrong.
 */
export function definePlugin<Settings, Options extends JsonObject = JsonObject>(
  definition: PluginDefinition<Settings, Options>,
): GatewayPlugin {
  requireText(definition.id, "id");
  requireText(definition.name, "name");
  requireText(definition.settingsKey, "settingsKey");
  if (!Number.isInteger(definition.contract)) {
    throw new TypeError(
      `definePlugin: "contract" of ${definition.id} must be a whole number, such as ${contractVersion}.`,
    );
  }
  if (typeof definition.open !== "function") {
    throw new TypeError(`definePlugin: "open" of ${definition.id} must be a function that returns a gateway.`);
  }
  requireSchema(definition.settings, definition.id, "settings");
  if (definition.gatewayOptions !== undefined)
    requireSchema(definition.gatewayOptions, definition.id, "gatewayOptions");
  const credentials = definition.credentials ?? [];
  const options = definition.gatewayOptions;
  return {
    id: definition.id,
    name: definition.name,
    contract: definition.contract,
    settingsKey: definition.settingsKey,
    instances: definition.instances ?? "one",
    capabilities: definition.capabilities,
    credentials: (id) => (typeof credentials === "function" ? credentials(id) : credentials),
    settingsSchema: () => jsonSchemaOf(definition.settings),
    prepare(raw) {
      const parsed = parseSettingsFile(definition.settings, raw);
      if (!parsed.ok) return parsed;
      return {
        ok: true,
        address: definition.address?.(parsed.value),
        unknownKeys: parsed.unknownKeys,
        open: (context) => definition.open({ ...context, settings: parsed.value }),
      };
    },
    parseOptions:
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

function requireText(value: unknown, field: string): void {
  if (typeof value !== "string" || value === "") {
    throw new TypeError(`definePlugin: "${field}" must be a text that is not empty.`);
  }
}

function requireSchema(schema: SettingsSchema | undefined, id: string, field: string): void {
  if (hasJsonSchema(schema)) return;
  const remedy = isStandardSchema(schema) ? jsonSchemaRemedy(schema) : "Zod, arktype and valibot make such schemas.";
  throw new TypeError(`definePlugin: "${field}" of ${id} must be a Standard Schema that has a JSON Schema. ${remedy}`);
}
