import { type JsonSchema, reasoningEfforts } from "@waygate/core";
import { isObject } from "@waygate/core/plugin";
import { credentialStores } from "./host-keys.ts";

/** What the schema needs to know of a plugin. */
export interface PluginSchema {
  readonly settingsKey: string;
  readonly name: string;
  readonly instances: "one" | "map";
  /** Undefined where it could not be had: anything goes there then. */
  readonly schema: JsonSchema | undefined;
}

/** The JSON Schema of a settings file, for editors: the host's own keys, and under `language_models` the plugins'. */
export function composeSchema(plugins: readonly PluginSchema[]): JsonSchema {
  const definitions: Record<string, unknown> = { model: modelSelection };
  const sections: Record<string, unknown> = {};
  for (const { settingsKey, name, instances, schema } of plugins) {
    const definition = `plugin:${settingsKey}`;
    definitions[definition] = schema === undefined ? { type: "object" } : rebase(schema, `#/$defs/${definition}`);
    const reference = { $ref: `#/$defs/${definition}` };
    sections[settingsKey] =
      instances === "one"
        ? { ...reference, title: name }
        : { type: "object", title: name, additionalProperties: reference };
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Waygate settings",
    type: "object",
    allowTrailingCommas: true,
    properties: {
      $schema: { type: "string", description: "The address of this schema, for editors." },
      agent: agentSchema,
      language_models: {
        type: "object",
        description: "The gateways' settings, by the keys of their plugins.",
        properties: sections,
      },
      ...hostProperties,
    },
    $defs: definitions,
  };
}

/** Moves a schema to another place: references that began at its own root begin there. */
function rebase(schema: unknown, root: string): unknown {
  if (Array.isArray(schema)) return schema.map((item) => rebase(item, root));
  if (!isObject(schema)) return schema;
  const entries = Object.entries(schema)
    .filter(([key, value]) => key !== "$schema" || typeof value !== "string")
    .map(([key, value]): [string, unknown] => {
      if (key === "$ref" && typeof value === "string" && value.startsWith("#")) return [key, root + value.slice(1)];
      return [key, rebase(value, root)];
    });
  return Object.fromEntries(entries);
}

const modelSelection: JsonSchema = {
  type: "object",
  description: "A model of a gateway.",
  properties: {
    provider: { type: "string", description: "The gateway's id: of a plugin, or the key in openai_compatible." },
    model: { type: "string", description: "The model's id, as the gateway names it." },
    enable_thinking: { type: "boolean", description: "Whether the model is asked to think; left to it where absent." },
    effort: {
      enum: ["none", ...reasoningEfforts],
      description: "How much it is asked to think.",
    },
    speed: { type: "string", description: "Known to Zed; has no effect." },
  },
  required: ["provider", "model"],
};

const model = (description: string): JsonSchema => ({ $ref: "#/$defs/model", description });

const permissionMode: JsonSchema = { enum: ["allow", "confirm", "deny"] };

const permissionPatterns = (description: string): JsonSchema => ({
  type: "array",
  description,
  items: {
    type: "object",
    properties: {
      pattern: { type: "string", description: "A regular expression, compared with the command or the path." },
      case_sensitive: { type: "boolean", description: "Whether case matters. Default: false." },
    },
    required: ["pattern"],
  },
});

const agentSchema: JsonSchema = {
  type: "object",
  description: "Which model is used for what.",
  properties: {
    default_model: model("For conversations, and for whatever has no model of its own below."),
    inline_assistant_model: model("For edits of a piece of text. Default: default_model."),
    commit_message_model: model("For commit messages. Default: default_model."),
    thread_summary_model: model("For titles and summaries of conversations. Default: default_model."),
    subagent_model: model("For agents that an agent starts. Default: the model of the conversation."),
    compaction_model: model("For shortening a long conversation. Default: the model of the conversation."),
    inline_alternatives: {
      type: "array",
      items: { $ref: "#/$defs/model" },
      description: "Further models that an inline edit can be asked of in its place.",
    },
    favorite_models: {
      type: "array",
      items: { $ref: "#/$defs/model" },
      description: "Models that stand first in lists.",
    },
    model_parameters: {
      type: "array",
      description: "Parameters for models. The last entry that fits a model holds for it.",
      items: {
        type: "object",
        properties: {
          provider: { type: "string", description: "Fits this gateway only; absent: every one." },
          model: { type: "string", description: "Fits this model only; absent: every one." },
          temperature: { type: "number", minimum: 0, description: "The temperature that is sent." },
        },
      },
    },
    tool_permissions: {
      type: "object",
      description: "What tools may do without asking.",
      properties: {
        default: { ...permissionMode, description: "For calls that nothing else decides about. Default: confirm." },
        tools: {
          type: "object",
          description: "Rules by the names of tools, such as run_command or terminal.",
          additionalProperties: {
            type: "object",
            properties: {
              default: { ...permissionMode, description: "For this tool's calls that no pattern decides about." },
              always_allow: permissionPatterns("Calls that need no approval. Chained commands always do."),
              always_confirm: permissionPatterns("Calls that are always asked about."),
              always_deny: permissionPatterns("Calls that are denied."),
            },
          },
        },
      },
    },
  },
};

const paths = { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] };

const hostProperties: Readonly<Record<string, JsonSchema>> = {
  plugins: {
    type: "array",
    items: { type: "string" },
    description: "Gateways to load: names of packages, or paths of their folders.",
  },
  disabled_plugins: {
    type: "array",
    items: { type: "string" },
    description: "Gateways never to load: names of packages or ids of plugins; * for all that are found by keyword.",
  },
  proxy: { type: "string", description: "The proxy of all gateways, or none. Default: as the environment says." },
  ca_file: { ...paths, description: "Files with certificates (PEM) to trust beside the usual ones." },
  credential_store: { enum: credentialStores, description: "Where keys are kept. Default: keychain." },
};

/** Keys of a gateway's settings that the host takes for itself, beside those of its plugin. */
export const gatewayProperties: Readonly<Record<string, JsonSchema>> = {
  proxy: { type: "string", description: "The proxy of this gateway, or none. Default: that of all gateways." },
  ca_file: { ...paths, description: "Files with certificates (PEM) to trust here beside the usual ones." },
};
