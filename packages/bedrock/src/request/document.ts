import type { DocumentType } from "@smithy/types";
import type { JsonValue } from "@waygate/core/plugin";

/** Plain data for a field of any shape. The SDK's type is one of mutable data; the SDK only ever reads it. */
export function document(value: JsonValue): DocumentType {
  return value as DocumentType;
}
