import bedrock from "@waygate/bedrock";
import { createRegistry, type GatewayPlugin, type ModelRef, type Registry } from "@waygate/core";
import openaiCompatible from "@waygate/openai-compatible";
import openrouter from "@waygate/openrouter";
import type { Answer, Simulator, SimulatorOptions } from "@waygate/simulator";
import vercelAiGateway from "@waygate/vercel-ai-gateway";

export const wireNames = ["openrouter", "vercel-ai-gateway", "openai-compatible", "bedrock"] as const;
export type WireName = (typeof wireNames)[number];

/** One of the gateways, towards a simulator. */
export interface Wire {
  /** Who stands in where this one is given up: another kind of wire, so that the history has to fit that one too. */
  readonly spare: WireName;
  readonly simulator: SimulatorOptions;
  /** Opens the gateway, in a registry of its own. */
  open(simulator: Simulator): { readonly registry: Registry; readonly target: ModelRef };
  /** Usage in the wire's own words. */
  usage(input: number, output: number): NonNullable<Answer["usage"]>;
}

const chatUsage: Wire["usage"] = (input, output) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});

const key = "sk-matrix";
const aws = { accessKeyId: "AKIDMATRIX", secretAccessKey: "not-a-real-secret" };
const claude = "us.anthropic.claude-opus-4-6-v1";

export const wires: Readonly<Record<WireName, Wire>> = {
  openrouter: {
    spare: "openai-compatible",
    simulator: { apiKey: key, models: ["acme/model"] },
    open: ({ url }) => opened(openrouter, { open_router: { api_url: url } }, "openrouter", "acme/model"),
    usage: chatUsage,
  },
  "vercel-ai-gateway": {
    spare: "openrouter",
    simulator: { apiKey: key, models: ["acme/model"] },
    open: ({ url }) =>
      opened(vercelAiGateway, { vercel_ai_gateway: { api_url: url } }, "vercel_ai_gateway", "acme/model"),
    usage: chatUsage,
  },
  "openai-compatible": {
    spare: "bedrock",
    simulator: { apiKey: key, models: ["model"] },
    open: ({ url }) => {
      const local = { api_url: url, available_models: [{ name: "model", max_tokens: 100_000 }] };
      return opened(openaiCompatible, { openai_compatible: { local } }, "local", "model");
    },
    usage: chatUsage,
  },
  bedrock: {
    spare: "vercel-ai-gateway",
    simulator: { awsCredentials: aws, models: [claude] },
    open: ({ url }) =>
      opened(bedrock, { bedrock: { endpoint_url: url, discover_models: false } }, "amazon-bedrock", claude),
    usage: (inputTokens, outputTokens) => ({ inputTokens, outputTokens, totalTokens: inputTokens + outputTokens }),
  },
};

const credentials: Readonly<Record<string, string>> = {
  api_key: key,
  access_key_id: aws.accessKeyId,
  secret_access_key: aws.secretAccessKey,
};

function opened(plugin: GatewayPlugin, settings: Readonly<Record<string, unknown>>, id: string, model: string) {
  const registry = createRegistry({
    plugins: [plugin],
    settings,
    credentials: ({ credential }) => credentials[credential.id],
  });
  return { registry, target: { gateway: registry.gateway(id), model } };
}
