export { openaiCompatible as default, openaiCompatible } from "./plugin.ts";
export type { ModelSettings, ServiceSettings } from "./settings.ts";
