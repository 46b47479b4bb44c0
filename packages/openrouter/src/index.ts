export type { ModelMode } from "@waygate/plugin-kit/settings";
export type { ReasoningFacts } from "./model-facts.ts";
export type { OpenRouterModel } from "./open-router-model.ts";
export type { OpenRouterOptions, ReasoningOptions, RequestSettings } from "./open-router-options.ts";
export type {
  AutoRouterPlugin,
  ContextCompressionPlugin,
  FileParserPlugin,
  OpenRouterPlugin,
  ServerTool,
  WebPlugin,
} from "./open-router-plugin.ts";
export { openrouter as default, openrouter } from "./plugin.ts";
export type { Percentiles, ProviderRouting } from "./routing-schema.ts";
export type { ModelSettings, NamedModelSettings, OpenRouterSettings } from "./settings.ts";
