export { decodeBody, type WireDecoder } from "./body/decode-body.ts";
export type { ReadLimits } from "./body/read-limits.ts";
export { type NdjsonReader, readNdjson } from "./body/read-ndjson.ts";
export { readSse, type SseReader } from "./body/read-sse.ts";
export type { RecordReader } from "./body/record-decoder.ts";
export { type ServerSentEvent, SseFraming, type SseFramingOptions } from "./body/sse-framing.ts";
export { Utf8Decoder } from "./body/utf8-decoder.ts";
export { optionalCredential } from "./credentials/optional-credential.ts";
export { codeOfStatus, isContextOverflow } from "./failure/code-of-status.ts";
export { connectionFailure, type Unreached } from "./failure/connection-failure.ts";
export {
  type Failed,
  type FailedAnswer,
  type FailureContext,
  type FailureReader,
  type FailureReading,
  failureOf,
} from "./failure/failure-of.ts";
export { failureOfResponse } from "./failure/failure-of-response.ts";
export { pageTitle } from "./failure/page-title.ts";
export { redact, type Secret } from "./failure/redact.ts";
export { retryAfterInBody, retryAfterMs } from "./failure/retry-after-ms.ts";
export { quote, shorten } from "./failure/shorten.ts";
export { compact, type Loose } from "./json/compact.ts";
export { isJson } from "./json/is-json.ts";
export { mergeJson } from "./json/merge-json.ts";
export { parseJson } from "./json/parse-json.ts";
export { readCount, readLimit, readNumber } from "./json/read-number.ts";
export { readText, readTexts } from "./json/read-text.ts";
export { FieldOrigins, type Sources } from "./models/field-origins.ts";
export { formatDollars } from "./models/format-dollars.ts";
export { mistralConstraints, modelConstraints, openaiConstraints } from "./models/model-constraints.ts";
export { ModelMemory, type ModelMemoryOptions } from "./models/model-memory.ts";
export { effortOfBudget, nearestEffort, readEfforts, reasoningOf } from "./models/nearest-effort.ts";
export { readPrice, readTokenPrice } from "./models/read-price.ts";
export { type Prices, toPricing } from "./models/to-pricing.ts";
export type { FromJsonSchema } from "./settings/from-json-schema.ts";
export { jsonSettings } from "./settings/json-settings.ts";
export { type FieldRules, layFields } from "./settings/lay-fields.ts";
export {
  type Layered,
  LayeredSettings,
  type LayeredSettingsOptions,
  notLoosened,
} from "./settings/layered-settings.ts";
export { requireUpstream } from "./settings/require-upstream.ts";
