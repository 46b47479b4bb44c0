import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { isObject, type JsonObject, type JsonSchema } from "@waygate/core/plugin";

type Schema<Output> = StandardSchemaV1<unknown, Output> & StandardJSONSchemaV1<unknown, Output>;
type Validate<Output> = StandardSchemaV1.Props<unknown, Output>["validate"];

/** A schema made by hand: what it shows to an editor, and how it checks. */
export function schemaOf<Output>(json: JsonSchema, validate: Validate<Output>): Schema<Output> {
  return {
    "~standard": { version: 1, vendor: "test", validate, jsonSchema: { input: () => json, output: () => json } },
  };
}

/** Takes every object, whatever is in it, and passes it on unchanged. */
export const anyObject: Schema<JsonObject> = schemaOf({ type: "object", additionalProperties: true }, (value) =>
  isObject(value) ? { value: value as JsonObject } : { issues: [{ message: "Expected an object" }] },
);

export interface ServiceSettings {
  readonly api_url: string;
}

/** An object with one key, `api_url`, which must be a text. */
export const serviceSettings: Schema<ServiceSettings> = schemaOf(
  { type: "object", properties: { api_url: { type: "string" } } },
  (value) =>
    isObject(value) && typeof value.api_url === "string"
      ? { value: { api_url: value.api_url } }
      : { issues: [{ message: "Expected a text", path: ["api_url"] }] },
);
