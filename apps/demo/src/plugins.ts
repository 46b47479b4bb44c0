import bedrock from "@waygate/bedrock";
import type { GatewayPlugin } from "@waygate/core";
import openaiCompatible from "@waygate/openai-compatible";
import openrouter from "@waygate/openrouter";
import vercelAiGateway from "@waygate/vercel-ai-gateway";

/** The gateways that the program comes with. One more is one line here, and its package among the dependencies. */
export const plugins: readonly GatewayPlugin[] = [openrouter, vercelAiGateway, bedrock, openaiCompatible];
