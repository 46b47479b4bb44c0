export { type DialectName, dialects } from "./dialects.ts";
export type { OpenAICompatibleOptions } from "./options.ts";
export { openaiCompatible as default, openaiCompatible } from "./plugin.ts";
export type { ReasoningRule } from "./reasoning-rule.ts";
export type { ServiceDialect } from "./service-dialect.ts";
export type { ModelSettings, ServiceSettings } from "./settings.ts";
