export type { BedrockOptions } from "./options.ts";
export { bedrock, bedrock as default } from "./plugin.ts";
export type { BedrockSettings, ModelSettings } from "./settings.ts";
