import type { Gateway, Model, OpenContext, SettingsSchema } from "@waygate/core/plugin";

/** A schema that takes any object, without a library. */
const anyObject: SettingsSchema<Record<string, unknown>> = {
  "~standard": {
    version: 1,
    vendor: "waygate-test",
    validate: (value) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? { value: value as Record<string, unknown> }
        : { issues: [{ message: "must be an object" }] },
    jsonSchema: {
      input: () => ({ type: "object", additionalProperties: true }),
      output: () => ({ type: "object", additionalProperties: true }),
    },
  },
};

/** The smallest definition there is: says "Hello". */
export const anything = {
  id: "anything",
  name: "Anything",
  contract: 1 as const,
  settingsKey: "anything",
  settings: anyObject,
  capabilities: { tools: true, toolChoice: true, images: true, files: true, reasoning: true, structuredOutput: true },
  open: (_context: OpenContext<Record<string, unknown>>): Gateway => gatewayOf(() => Promise.resolve([])),
};

/** A gateway with a list of its own. */
export function gatewayOf(models: Gateway["models"]): Gateway {
  return {
    models,
    async *stream() {
      yield { type: "text-delta", text: "Hello" };
      yield { type: "finish", reason: "stop" };
    },
  };
}

/** A model as a gateway lists it. */
export function listed(id: string, extra: Partial<Model> = {}): Model {
  return { id, name: id, capabilities: {}, origin: { id: "gateway" }, ...extra };
}
