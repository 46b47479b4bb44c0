import { type CheckedHeaders, checkHeaders } from "@waygate/http";
import type { BedrockSettings } from "./settings.ts";

/** What the signature sets. */
const reserved = [
  "amz-sdk-invocation-id",
  "amz-sdk-request",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-security-token",
];

/** The headers of the settings that are sent, and those that are left out. */
export function customHeaders({ custom_headers }: BedrockSettings): CheckedHeaders {
  return checkHeaders(custom_headers, { reserved, ascii: true });
}
