export type { ReasoningFacts } from "./model-facts.ts";
export type { OpenRouterModel } from "./models.ts";
export type { OpenRouterOptions, ReasoningOptions, RequestSettings } from "./options.ts";
export { openrouter as default, openrouter } from "./plugin.ts";
export type {
  AutoRouterPlugin,
  ContextCompressionPlugin,
  FileParserPlugin,
  OpenRouterPlugin,
  ServerTool,
  WebPlugin,
} from "./plugins-schema.ts";
export type { Percentiles, ProviderRouting } from "./routing-schema.ts";
export type { ModelMode, ModelSettings, NamedModelSettings, OpenRouterSettings } from "./settings.ts";
