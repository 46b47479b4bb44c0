export type { GatewayRouting, ProviderTimeouts } from "./gateway-routing.ts";
export type { ReasoningFacts } from "./model-facts.ts";
export type { ReasoningOptions, RequestSettings, VercelAiGatewayOptions } from "./options.ts";
export { vercelAiGateway as default, vercelAiGateway } from "./plugin.ts";
export type { ProviderOptions } from "./provider-options.ts";
export type { PriceTier, TieredPricing } from "./read-pricing.ts";
export type { ModelSettings, NamedModelSettings, VercelAiGatewaySettings } from "./settings.ts";
export type { VercelAiGatewayModel } from "./vercel-ai-gateway-model.ts";
