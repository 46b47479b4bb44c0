import { isObject } from "./json.ts";
import type { SettingsSchema } from "./settings.ts";

/** The settings of a plugin that has none. */
export type EmptySettings = Readonly<Record<string, never>>;

/** A schema for plugins without settings. Any key is reported as unknown. */
export const emptySettings: SettingsSchema<EmptySettings> = {
  "~standard": {
    version: 1,
    vendor: "waygate",
    validate: (value) => (isObject(value) ? { value: {} } : { issues: [{ message: "Expected an object." }] }),
    jsonSchema: {
      input: () => ({ type: "object", properties: {}, additionalProperties: false }),
      output: () => ({ type: "object", properties: {}, additionalProperties: false }),
    },
  },
};
