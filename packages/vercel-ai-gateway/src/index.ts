export type { ReasoningFacts } from "./model-facts.ts";
export type { VercelAiGatewayModel } from "./models.ts";
export type { ReasoningOptions, RequestSettings, VercelAiGatewayOptions } from "./options.ts";
export { vercelAiGateway as default, vercelAiGateway } from "./plugin.ts";
export type { PriceTier, TieredPricing } from "./pricing.ts";
export type { ProviderOptions } from "./provider-options-schema.ts";
export type { GatewayRouting, ProviderTimeouts } from "./routing-schema.ts";
export type { CapabilityFlags, ModelSettings, NamedModelSettings, VercelAiGatewaySettings } from "./settings.ts";
