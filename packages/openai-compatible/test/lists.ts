import type { Model } from "@waygate/core";
import type { DialectName } from "@waygate/openai-compatible";

/** A list of models in the shape of one service, and what is to be read from it. */
export interface ListCase {
  readonly dialect?: DialectName;
  /** The path that is asked, `/v1/models` where absent. Others answer 404. */
  readonly path?: string;
  readonly answer: unknown;
  readonly models: readonly Omit<Model, "origin">[];
}

const known = (id: string, more: Partial<Model> = {}): Omit<Model, "origin"> => ({
  id,
  name: id,
  capabilities: {},
  ...more,
});

/** The fields that are read are those that each service really sends; values are made up. */
export const lists: Readonly<Record<string, ListCase>> = {
  OpenAI: {
    answer: {
      object: "list",
      data: [
        { id: "gpt-5", object: "model", created: 1, owned_by: "openai" },
        { id: "text-embedding-3-small", object: "model", created: 1, owned_by: "openai" },
      ],
    },
    // Nothing in the list says that the second one embeds.
    models: [known("gpt-5"), known("text-embedding-3-small")],
  },
  "a bare list of names": { answer: ["a", "b", "a"], models: [known("a"), known("b")] },
  "a list of nothing": { answer: { object: "list", data: null }, models: [] },
  Ollama: {
    dialect: "ollama",
    path: "/api/tags",
    answer: {
      models: [
        { name: "qwen3:8b", model: "qwen3:8b", size: 1, capabilities: ["completion", "tools", "thinking"] },
        { name: "gemma3:4b", model: "gemma3:4b", size: 1, capabilities: ["completion", "vision"] },
        { name: "nomic-embed-text:latest", model: "nomic-embed-text:latest", capabilities: ["embedding"] },
        { name: "old:latest", model: "old:latest" },
      ],
    },
    models: [
      known("qwen3:8b", { capabilities: { tools: true, images: false, reasoning: true } }),
      known("gemma3:4b", { capabilities: { tools: false, images: true, reasoning: false } }),
      known("old:latest"),
    ],
  },
  "Ollama, before its list was any use": {
    dialect: "ollama",
    path: "/v1/models",
    answer: { object: "list", data: [{ id: "qwen3:8b", object: "model", created: 1, owned_by: "library" }] },
    models: [known("qwen3:8b")],
  },
  "LM Studio": {
    dialect: "lm-studio",
    path: "/api/v1/models",
    answer: {
      models: [
        {
          type: "llm",
          key: "qwen/qwen3-vl-4b",
          display_name: "Qwen3 VL 4B",
          loaded_instances: [{ id: "qwen/qwen3-vl-4b", config: { context_length: 8192 } }],
          max_context_length: 262_144,
          capabilities: { vision: true, trained_for_tool_use: true },
        },
        {
          type: "llm",
          key: "llama-2",
          display_name: "llama-2",
          loaded_instances: [],
          max_context_length: 4096,
          capabilities: { vision: false, trained_for_tool_use: false },
        },
        { type: "embedding", key: "nomic", display_name: "Nomic", loaded_instances: [], max_context_length: 2048 },
      ],
    },
    models: [
      known("qwen/qwen3-vl-4b", {
        name: "Qwen3 VL 4B",
        contextWindow: 8192,
        capabilities: { tools: true, images: true },
      }),
      // Not trained for tools, but offered them all the same.
      known("llama-2", { contextWindow: 4096, capabilities: { images: false } }),
    ],
  },
  "LM Studio before 0.4": {
    dialect: "lm-studio",
    path: "/api/v0/models",
    answer: {
      object: "list",
      data: [
        {
          id: "qwen2-vl",
          object: "model",
          type: "vlm",
          state: "loaded",
          max_context_length: 32_768,
          loaded_context_length: 4096,
          capabilities: ["tool_use"],
        },
        { id: "nomic", object: "model", type: "embeddings", state: "not-loaded", max_context_length: 2048 },
      ],
    },
    models: [known("qwen2-vl", { contextWindow: 4096, capabilities: { tools: true } })],
  },
  vLLM: {
    answer: {
      object: "list",
      data: [{ id: "Qwen/Qwen3-8B", object: "model", owned_by: "vllm", root: "Qwen/Qwen3-8B", max_model_len: 40_960 }],
    },
    models: [known("Qwen/Qwen3-8B", { contextWindow: 40_960 })],
  },
  "llama.cpp": {
    answer: {
      models: [{ name: "ggml.gguf", model: "ggml.gguf", capabilities: ["completion"] }],
      object: "list",
      data: [
        {
          id: "ggml.gguf",
          object: "model",
          owned_by: "llamacpp",
          architecture: { input_modalities: ["text", "image"], output_modalities: ["text"] },
          meta: { n_ctx: 16_384, n_ctx_train: 131_072, n_params: 8_030_261_312 },
        },
        { id: "loading.gguf", object: "model", owned_by: "llamacpp", meta: null },
        { id: "older.gguf", object: "model", owned_by: "llamacpp", meta: { n_ctx_train: 131_072 } },
        { id: "decider.gguf", object: "model", architecture: { output_modalities: ["decisions"] }, meta: null },
      ],
    },
    models: [
      known("ggml.gguf", { contextWindow: 16_384, capabilities: { images: true } }),
      known("loading.gguf"),
      known("older.gguf", { contextWindow: 131_072 }),
    ],
  },
  GPUStack: {
    dialect: "gpustack",
    path: "/v1/models?with_meta=true",
    answer: {
      object: "list",
      data: [
        {
          id: "qwen3",
          object: "model",
          owned_by: "gpustack",
          meta: { n_ctx: 8192, support_tool_calls: true, support_vision: false, support_reasoning: true },
        },
        { id: "plain", object: "model", owned_by: "gpustack", meta: { max_model_len: 4096 } },
      ],
    },
    models: [
      known("qwen3", { contextWindow: 8192, capabilities: { tools: true, images: false, reasoning: true } }),
      known("plain", { contextWindow: 4096 }),
    ],
  },
  Together: {
    dialect: "together",
    answer: [
      {
        id: "meta-llama/Llama-3.3-70B-Instruct-Turbo",
        object: "model",
        type: "chat",
        display_name: "Meta Llama 3.3 70B",
        context_length: 131_072,
        pricing: { hourly: 0, input: 0.88, output: 0.88, base: 0, finetune: 0 },
      },
      { id: "black-forest-labs/FLUX.1", object: "model", type: "image", display_name: "FLUX", pricing: {} },
      { id: "BAAI/bge", object: "model", type: "embedding", context_length: 512 },
      { id: "rented", object: "model", type: "chat", pricing: { hourly: 3, input: 0, output: 0 } },
    ],
    models: [
      known("meta-llama/Llama-3.3-70B-Instruct-Turbo", {
        name: "Meta Llama 3.3 70B",
        contextWindow: 131_072,
        pricing: { currency: "USD", input: 0.88, output: 0.88 },
      }),
      known("rented"),
    ],
  },
  Mistral: {
    dialect: "mistral",
    answer: {
      object: "list",
      data: [
        {
          id: "mistral-small-latest",
          object: "model",
          name: "mistral-small-2603",
          type: "base",
          max_context_length: 262_144,
          capabilities: { completion_chat: true, function_calling: true, vision: true, reasoning: true, ocr: false },
        },
        {
          id: "mistral-embed",
          object: "model",
          type: "base",
          max_context_length: 8192,
          capabilities: { completion_chat: false, function_calling: false, vision: false },
        },
      ],
    },
    models: [
      known("mistral-small-latest", {
        name: "mistral-small-2603",
        contextWindow: 262_144,
        capabilities: { tools: true, images: true, reasoning: true },
      }),
    ],
  },
  Groq: {
    dialect: "groq",
    answer: {
      object: "list",
      data: [
        { id: "openai/gpt-oss-120b", active: true, context_window: 131_072, max_completion_tokens: 65_536 },
        { id: "gone", active: false, context_window: 8192 },
      ],
    },
    models: [known("openai/gpt-oss-120b", { contextWindow: 131_072, maxOutputTokens: 65_536 })],
  },
  "OpenRouter and those like it": {
    answer: {
      data: [
        {
          id: "anthropic/claude-sonnet-4.5",
          name: "Anthropic: Claude Sonnet 4.5",
          context_length: 1_000_000,
          architecture: { input_modalities: ["text", "image", "file"], output_modalities: ["text"] },
          pricing: { prompt: "0.000003", completion: "0.000015", input_cache_read: "0.0000003", image: "0.0048" },
          top_provider: { context_length: 1_000_000, max_completion_tokens: 64_000 },
          supported_parameters: ["include_reasoning", "max_tokens", "reasoning", "tool_choice", "tools"],
        },
        {
          id: "auto",
          name: "Auto",
          pricing: { prompt: "-1", completion: "-1" },
          supported_parameters: ["max_tokens"],
          architecture: { input_modalities: ["text"], output_modalities: ["text", "image"] },
        },
        { id: "flux", name: "Flux", architecture: { input_modalities: ["text"], output_modalities: ["image"] } },
      ],
    },
    models: [
      known("anthropic/claude-sonnet-4.5", {
        name: "Anthropic: Claude Sonnet 4.5",
        contextWindow: 1_000_000,
        maxOutputTokens: 64_000,
        capabilities: { tools: true, images: true, files: true, reasoning: true, structuredOutput: false },
        pricing: { currency: "USD", input: 3, output: 15, cacheRead: 0.3 },
      }),
      known("auto", {
        name: "Auto",
        capabilities: { tools: false, images: false, reasoning: false, structuredOutput: false },
      }),
    ],
  },
  LiteLLM: {
    dialect: "litellm",
    path: "/v1/model/info",
    answer: {
      data: [
        {
          model_name: "gpt-4o",
          litellm_params: { model: "azure/gpt-4o-eu" },
          model_info: {
            id: "1234",
            mode: "chat",
            max_input_tokens: 128_000,
            max_output_tokens: 16_384,
            max_tokens: 16_384,
            input_cost_per_token: 0.0000025,
            output_cost_per_token: 0.00001,
            cache_read_input_token_cost: 0.00000125,
            supports_function_calling: true,
            supports_vision: true,
            supports_reasoning: null,
            supports_pdf_input: null,
            supports_response_schema: true,
          },
        },
        { model_name: "gpt-4o", litellm_params: { model: "openai/gpt-4o" }, model_info: { id: "2", mode: "chat" } },
        { model_name: "ada", litellm_params: {}, model_info: { id: "3", mode: "embedding" } },
        { model_name: "mine", litellm_params: {}, model_info: { id: "4", mode: null } },
      ],
    },
    models: [
      known("gpt-4o", {
        contextWindow: 128_000,
        maxOutputTokens: 16_384,
        capabilities: { tools: true, images: true, structuredOutput: true },
        pricing: { currency: "USD", input: 2.5, output: 10, cacheRead: 1.25 },
      }),
      known("mine"),
    ],
  },
  "LiteLLM, to a key that may not see more": {
    dialect: "litellm",
    path: "/v1/models",
    answer: { data: [{ id: "gpt-4o", object: "model" }], object: "list" },
    models: [known("gpt-4o")],
  },
  xAI: {
    dialect: "xai",
    path: "/v1/language-models",
    answer: {
      models: [
        {
          id: "grok-4.5",
          aliases: ["grok-build-latest"],
          input_modalities: ["text", "image"],
          output_modalities: ["text"],
          context_length: 2_000_000,
          prompt_text_token_price: 20_000,
          cached_prompt_text_token_price: 2000,
          completion_text_token_price: 100_000,
        },
      ],
    },
    models: [
      known("grok-4.5", {
        contextWindow: 2_000_000,
        capabilities: { images: true },
        pricing: { currency: "USD", input: 2, output: 10, cacheRead: 0.2 },
      }),
    ],
  },
  "Hugging Face": {
    dialect: "huggingface",
    answer: {
      object: "list",
      data: [
        {
          id: "Qwen/Qwen3-VL",
          object: "model",
          architecture: { input_modalities: ["text", "image"], output_modalities: ["text"] },
          providers: [
            { provider: "slow", status: "live", supports_tools: false, supports_structured_output: false },
            {
              provider: "fast",
              status: "live",
              context_length: 262_144,
              pricing: { input: 0.3, output: 1.5 },
              supports_tools: true,
              supports_structured_output: false,
            },
            { provider: "other", status: "live", context_length: 131_072, pricing: { input: 0.2, output: 1 } },
          ],
        },
      ],
    },
    models: [
      known("Qwen/Qwen3-VL", {
        contextWindow: 262_144,
        capabilities: { tools: true, images: true, structuredOutput: false },
        pricing: { currency: "USD", input: 0.3, output: 1.5 },
      }),
    ],
  },
  Fireworks: {
    dialect: "fireworks",
    answer: {
      object: "list",
      data: [
        {
          id: "accounts/fireworks/models/kimi-k2p6",
          kind: "HF_BASE_MODEL",
          supports_chat: true,
          supports_image_input: true,
          supports_tools: true,
          context_length: 262_144,
        },
        { id: "accounts/fireworks/models/flux", kind: "FLUMINA_BASE_MODEL", supports_chat: false },
      ],
    },
    models: [
      known("accounts/fireworks/models/kimi-k2p6", {
        contextWindow: 262_144,
        capabilities: { tools: true, images: true },
      }),
    ],
  },
  Moonshot: {
    dialect: "moonshot",
    answer: {
      object: "list",
      data: [
        {
          id: "kimi-k2.6",
          object: "model",
          context_length: 262_144,
          supports_image_in: true,
          supports_video_in: true,
          supports_reasoning: true,
        },
      ],
    },
    models: [known("kimi-k2.6", { contextWindow: 262_144, capabilities: { images: true, reasoning: true } })],
  },
  "Azure, asked all the same": {
    dialect: "azure",
    answer: {
      object: "list",
      data: [
        { id: "gpt-4o", status: "succeeded", capabilities: { chat_completion: true, embeddings: false } },
        { id: "ada", status: "succeeded", capabilities: { chat_completion: false, embeddings: true } },
      ],
    },
    models: [known("gpt-4o")],
  },
  DeepInfra: {
    answer: {
      object: "list",
      data: [
        {
          id: "a/b",
          metadata: {
            context_length: 163_840,
            max_tokens: 163_840,
            pricing: { input_tokens: 0.25, output_tokens: 0.88, cache_read_tokens: 0.125 },
          },
        },
      ],
    },
    models: [
      known("a/b", {
        contextWindow: 163_840,
        pricing: { currency: "USD", input: 0.25, output: 0.88, cacheRead: 0.125 },
      }),
    ],
  },
  "a Vercel gateway": {
    answer: {
      object: "list",
      data: [
        {
          id: "openai/gpt-5",
          name: "GPT-5",
          type: "language",
          context_window: 400_000,
          max_tokens: 128_000,
          pricing: { input: "0.00000125", output: "0.00001", input_cache_read: "0.000000125" },
        },
        { id: "openai/text-embedding-3", name: "Embedding", type: "embedding", pricing: { input: "0.00000002" } },
      ],
    },
    models: [
      known("openai/gpt-5", {
        name: "GPT-5",
        contextWindow: 400_000,
        pricing: { currency: "USD", input: 1.25, output: 10, cacheRead: 0.125 },
      }),
    ],
  },
  "GitHub's models": {
    answer: [
      {
        id: "openai/gpt-4.1",
        name: "OpenAI GPT-4.1",
        publisher: "OpenAI",
        limits: { max_input_tokens: 1_048_576, max_output_tokens: 32_768 },
        supported_input_modalities: ["text", "image"],
        supported_output_modalities: ["text"],
        capabilities: ["agents", "streaming", "tool-calling"],
      },
      {
        id: "openai/text-embedding-3-large",
        name: "Embedding",
        limits: { max_input_tokens: 8191, max_output_tokens: null },
        supported_input_modalities: ["text"],
        supported_output_modalities: ["embeddings"],
      },
    ],
    models: [
      known("openai/gpt-4.1", {
        name: "OpenAI GPT-4.1",
        contextWindow: 1_048_576,
        maxOutputTokens: 32_768,
        capabilities: { tools: true, images: true },
      }),
    ],
  },
  "GitHub Copilot": {
    answer: {
      data: [
        {
          id: "claude-sonnet-4",
          name: "Claude Sonnet 4",
          capabilities: {
            type: "chat",
            limits: { max_context_window_tokens: 216_000, max_output_tokens: 16_000 },
            supports: { tool_calls: true, vision: true, streaming: true },
          },
        },
        { id: "text-embedding", name: "Embedding", capabilities: { type: "embeddings", limits: {} } },
      ],
      object: "list",
    },
    models: [
      known("claude-sonnet-4", {
        name: "Claude Sonnet 4",
        contextWindow: 216_000,
        maxOutputTokens: 16_000,
        capabilities: { tools: true, images: true },
      }),
    ],
  },
  Anthropic: {
    dialect: "anthropic",
    answer: {
      data: [{ type: "model", id: "claude-opus-5", display_name: "Claude Opus 5", created_at: "2026-01-01T00:00:00Z" }],
      has_more: false,
    },
    models: [known("claude-opus-5", { name: "Claude Opus 5" })],
  },
  "entries that are no models": {
    answer: {
      data: [
        null,
        7,
        [],
        {},
        { id: "" },
        { id: 5, name: "named" },
        { id: "odd", context_length: "8192", max_completion_tokens: -1, pricing: { prompt: "?" }, capabilities: "all" },
        { id: "odder", context_length: 1.5, context_window: 4096, architecture: [], supported_parameters: [5] },
      ],
    },
    models: [known("named"), known("odd", { contextWindow: 8192 }), known("odder", { contextWindow: 4096 })],
  },
};
