export { optionalCredential } from "./credentials/optional-credential.ts";
export { compact, type Loose } from "./json/compact.ts";
export { isJson } from "./json/is-json.ts";
export { mergeJson } from "./json/merge-json.ts";
export { parseJson } from "./json/parse-json.ts";
export { readCount, readLimit, readNumber } from "./json/read-number.ts";
export { readText, readTexts } from "./json/read-text.ts";
export { FieldOrigins, type Sources } from "./models/field-origins.ts";
export { formatDollars } from "./models/format-dollars.ts";
export { matchesModel } from "./models/matches-model.ts";
export { effortOfBudget, nearestEffort, readEfforts } from "./models/nearest-effort.ts";
export { readPrice, readTokenPrice } from "./models/read-price.ts";
export { type Prices, toPricing } from "./models/to-pricing.ts";
export { type FieldRules, layFields } from "./settings/lay-fields.ts";
export {
  type Layered,
  LayeredSettings,
  type LayeredSettingsOptions,
  notLoosened,
} from "./settings/layered-settings.ts";
