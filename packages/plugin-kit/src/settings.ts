export {
  type CapabilityFlags,
  capabilityFlags,
  type ModelEntries,
  type ModelMode,
  modelEntries,
  modelMode,
  type SettingsEffort,
  settingsEffort,
} from "./settings/model-entries.ts";
export { pricing } from "./settings/pricing.ts";
export {
  address,
  bodyFields,
  count,
  flag,
  json,
  jsonObject,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  openObject,
  shortText,
  text,
  textMap,
  tokens,
} from "./settings/schema-parts.ts";
