import { toStandardJsonSchema } from "@valibot/to-json-schema";
import type { JsonObject, ModelRequest } from "@waygate/core/plugin";
import { object } from "@waygate/plugin-kit/settings";
import * as v from "valibot";
import { extraBody } from "./settings.ts";

/** `options` of a request to one of these gateways. */
export type OpenAICompatibleOptions = {
  /**
   * Fields for the body of this one request, merged after those of the settings. Objects are merged key by key, null
   * removes a field. `model`, `messages` and `stream` are refused with a `GatewayError` of code `invalid-request`.
   */
  readonly extraBody?: JsonObject;
  /** The same under the name that it has in settings. `extraBody` is merged after it. */
  readonly extra_body?: JsonObject;
};

const schema = object({ extraBody: v.optional(extraBody), extra_body: v.optional(extraBody) });

export const options = toStandardJsonSchema(
  v.pipe(
    schema,
    v.transform(({ extraBody = {}, extra_body = {} }): JsonObject => ({ extras: [extra_body, extraBody] })),
  ),
);

/** What a request's checked options add to its body, in the order in which it is merged. */
export function extrasOf({ gatewayOptions }: ModelRequest): readonly JsonObject[] {
  return Array.isArray(gatewayOptions?.extras) ? (gatewayOptions.extras as readonly JsonObject[]) : [];
}
