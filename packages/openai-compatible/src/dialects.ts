import { mistralConstraints, openaiConstraints } from "@waygate/plugin-kit";
import {
  byChatTemplate,
  byEffort,
  byEnableThinking,
  byGoogle,
  byReasoningEnabled,
  byReasoningObject,
  byThinkingBudget,
  byThinkingType,
} from "./reasoning-rule.ts";
import type { ServiceDialect } from "./service-dialect.ts";

const plain = {
  maxTokens: "max_completion_tokens",
  usage: "stream_options",
  systemRole: "system",
  reasoning: byEffort(),
  replay: "none",
  replayEmpty: false,
  replayScope: "conversation",
  serviceTools: [],
  constraints: {},
  files: "file",
  promptCacheKey: false,
  authHeader: "Authorization: Bearer",
  needsKey: true,
  lists: ["/models"],
  listQuery: {},
} as const satisfies Omit<ServiceDialect, "service" | "source">;

/** Servers that people run themselves: mostly without a key, and with the older name of the limit. */
const local = { ...plain, maxTokens: "max_tokens", needsKey: false } as const;

/** All dialects by name. What an entry does not say is as in plain chat completions. */
export const dialects = {
  openai: {
    ...plain,
    service: "OpenAI, and whatever speaks plain chat completions",
    source: "https://platform.openai.com/docs/api-reference/chat",
    // Also for servers that nothing is known of: what OpenAI alone takes is left to a model's flags.
    needsKey: false,
  },
  alibaba: {
    ...plain,
    service: "Alibaba Cloud Model Studio (DashScope)",
    source: "https://www.alibabacloud.com/help/en/model-studio/deep-thinking",
    maxTokens: "max_tokens",
    reasoning: byEnableThinking(),
  },
  anthropic: {
    ...plain,
    service: "Anthropic's OpenAI-compatible endpoint",
    source: "https://docs.anthropic.com/en/api/openai-sdk",
    maxTokens: "max_tokens",
    reasoning: byThinkingBudget(),
  },
  azure: {
    ...plain,
    service: "Azure OpenAI: `…/openai/v1`, or `…/openai/deployments/<name>` with `api-version`",
    source: "https://learn.microsoft.com/azure/ai-foundry/openai/reference",
    authHeader: "api-key",
    constraints: openaiConstraints,
    promptCacheKey: true,
    // Its list holds all that could be deployed, and no deployment.
    lists: [],
  },
  "azure-ai": {
    ...plain,
    service: "Azure AI Foundry models: `…/models` with `api-version`",
    source: "https://learn.microsoft.com/rest/api/aifoundry/modelinference",
    maxTokens: "max_tokens",
    authHeader: "api-key",
    lists: [],
  },
  cerebras: {
    ...plain,
    service: "Cerebras",
    source: "https://inference-docs.cerebras.ai/capabilities/reasoning",
    reasoning: byEffort({ efforts: ["low", "medium", "high"] }),
    // What it does not want of earlier turns it drops itself (`clear_thinking`).
    replay: "reasoning",
  },
  deepseek: {
    ...plain,
    service: "DeepSeek",
    source: "https://api-docs.deepseek.com/guides/thinking_mode",
    constraints: { systemMessages: "leading" },
    maxTokens: "max_tokens",
    reasoning: byThinkingType({ efforts: ["low", "high", "max"] }),
    // Demanded of every earlier answer that called tools, and passed over in others.
    replay: "reasoning_content",
    replayEmpty: true,
  },
  fireworks: {
    ...plain,
    service: "Fireworks AI",
    source: "https://docs.fireworks.ai/guides/reasoning",
    maxTokens: "max_tokens",
    reasoning: byEffort({ efforts: ["low", "medium", "high"] }),
    replay: "reasoning_content",
  },
  google: {
    ...plain,
    service: "Google's OpenAI-compatible endpoint for Gemini",
    source: "https://ai.google.dev/gemini-api/docs/openai",
    maxTokens: "max_tokens",
    reasoning: byGoogle({ efforts: ["minimal", "low", "medium", "high"] }),
  },
  gpustack: {
    ...local,
    service: "GPUStack",
    source: "https://docs.gpustack.ai/latest/integrations/openai-compatible-apis",
    reasoning: byChatTemplate(),
    replay: "reasoning_content",
    needsKey: true,
    listQuery: { with_meta: "true" },
  },
  groq: {
    ...plain,
    service: "Groq",
    source: "https://console.groq.com/docs/reasoning",
    // Some models write their thoughts into the text unless they are asked to keep them apart.
    reasoning: byEffort({ efforts: ["low", "medium", "high"], also: { reasoning_format: "parsed" } }),
    // https://console.groq.com/docs/tool-use/built-in-tools
    serviceTools: ["browser_search", "code_interpreter"],
  },
  huggingface: {
    ...plain,
    service: "Hugging Face Inference Providers",
    source: "https://huggingface.co/docs/inference-providers/tasks/chat-completion",
    maxTokens: "max_tokens",
  },
  litellm: {
    ...local,
    service: "LiteLLM proxy",
    source: "https://docs.litellm.ai/docs/proxy/model_management",
    lists: ["/model/info", "/models"],
  },
  "llama-cpp": {
    ...local,
    service: "llama.cpp's server",
    source: "https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
    reasoning: byChatTemplate(),
    replay: "reasoning_content",
  },
  "lm-studio": {
    ...local,
    service: "LM Studio",
    source: "https://lmstudio.ai/docs/developer/rest/list",
    reasoning: byEffort({ efforts: ["low", "medium", "high"], off: false }),
    // The native lists know limits and abilities; the compatible one has names only.
    lists: ["/../api/v1/models", "/../api/v0/models", "/models"],
  },
  mistral: {
    ...plain,
    service: "Mistral AI",
    source: "https://docs.mistral.ai/api",
    maxTokens: "max_tokens",
    usage: "none",
    reasoning: byEffort({ efforts: ["high"] }),
    replay: "thinking-parts",
    constraints: { ...mistralConstraints, toolResultMedia: "accepted" },
    files: "document_url",
    promptCacheKey: true,
  },
  moonshot: {
    ...plain,
    service: "Moonshot AI (Kimi)",
    source: "https://platform.kimi.com/docs/api/models-overview",
    reasoning: byThinkingType({ efforts: ["minimal", "low", "medium", "high"] }),
    replay: "reasoning_content",
    // "reasoning_content is missing in assistant tool call message", also if it is empty: github.com/earendil-works/pi/pull/4178
    constraints: { reasoningBesideCalls: "required" },
    promptCacheKey: true,
  },
  ollama: {
    ...local,
    service: "Ollama, also its cloud",
    source: "https://docs.ollama.com/api/openai-compatibility",
    // It reads every effort, and "none" does no harm to a model that does not think.
    reasoning: { ...byEffort(), offFor: "every-model" },
    replay: "reasoning",
    lists: ["/../api/tags", "/models"],
  },
  perplexity: {
    ...plain,
    service: "Perplexity",
    source: "https://docs.perplexity.ai/api-reference/chat-completions-post",
    maxTokens: "max_tokens",
    usage: "none",
    reasoning: byEffort({ efforts: ["minimal", "low", "medium", "high"], off: false }),
    lists: [],
  },
  sglang: {
    ...local,
    service: "SGLang",
    source: "https://docs.sglang.ai/advanced_features/separate_reasoning.html",
    reasoning: byChatTemplate(),
    replay: "reasoning_content",
  },
  snowflake: {
    ...plain,
    service: "Snowflake Cortex",
    source: "https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api",
    reasoning: byReasoningObject({ efforts: ["low", "medium", "high"] }),
    replay: "reasoning_details",
    lists: [],
  },
  together: {
    ...plain,
    service: "Together AI",
    source: "https://docs.together.ai/docs/inference/chat/reasoning",
    maxTokens: "max_tokens",
    reasoning: byReasoningEnabled({ efforts: ["low", "medium", "high"] }),
  },
  vllm: {
    ...local,
    service: "vLLM",
    source: "https://docs.vllm.ai/en/latest/features/reasoning_outputs.html",
    reasoning: byChatTemplate(),
    replay: "reasoning",
  },
  xai: {
    ...plain,
    service: "xAI",
    source: "https://docs.x.ai/developers/rest-api-reference/inference",
    reasoning: byEffort({ efforts: ["low", "medium", "high"] }),
    lists: ["/language-models", "/models"],
  },
  zai: {
    ...plain,
    service: "Z.ai (GLM)",
    source: "https://docs.z.ai/guides/capabilities/thinking-mode",
    maxTokens: "max_tokens",
    // Without it the reasoning of earlier turns, which is sent back, would be dropped there.
    reasoning: byThinkingType({ efforts: ["low", "high", "max"], also: { clear_thinking: false } }),
    replay: "reasoning_content",
  },
} as const satisfies Readonly<Record<string, ServiceDialect>>;

export type DialectName = keyof typeof dialects;

export const dialectNames = Object.keys(dialects) as readonly DialectName[];
