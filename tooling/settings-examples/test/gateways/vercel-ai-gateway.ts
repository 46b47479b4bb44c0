import vercelAiGateway from "@waygate/vercel-ai-gateway";
import { image, look } from "../asking.ts";
import type { PluginExamples, SettingsExample } from "../example.ts";

/** The example of Zed's page, as it stands there. */
const address = `{
"language_models": {
"vercel_ai_gateway": {
"api_url": "https://ai-gateway.vercel.sh/v1"
}
}
}`;
/** A model, as Zed's users have it in their files. */
const whole = `{"language_models":{"vercel_ai_gateway":{"available_models":[{"name":"anthropic/claude-sonnet-4.6","max_tokens":200000,"max_output_tokens":64000,
 "capabilities":{"tools":true,"images":true,"parallel_tool_calls":true,"prompt_cache_key":false}}]}}}`;

const sonnet = "anthropic/claude-sonnet-4.6";
const environment = { VERCEL_AI_GATEWAY_API_KEY: "vck_of_the_example" };
const own = (model: string) => ({ gateway: "vercel_ai_gateway", model });

/** A file with one model, and whatever else is to be seen. */
function service(model: object, section: object = {}): string {
  const vercel_ai_gateway = { available_models: [{ name: sonnet, max_tokens: 1000, ...model }], ...section };
  const agent = { default_model: { provider: "vercel_ai_gateway", model: sonnet } };
  return JSON.stringify({ agent, language_models: { vercel_ai_gateway } });
}

const withCapabilities = (capabilities: object) =>
  service({
    capabilities: { tools: true, images: false, parallel_tool_calls: false, prompt_cache_key: false, ...capabilities },
  });

const examples: readonly SettingsExample[] = [
  {
    title: "the page's address",
    settings: address,
    environment,
    ask: { model: own("openai/gpt-5.3-codex") },
    sent: {
      origin: "https://ai-gateway.vercel.sh",
      path: "/v1/chat/completions",
      headers: { authorization: "Bearer vck_of_the_example" },
      body: { model: "openai/gpt-5.3-codex", stream: true, max_tokens: undefined, max_completion_tokens: undefined },
    },
  },
  {
    title: "the page's address, without a key",
    settings: address,
    ask: { model: own(sonnet) },
    refused: "credentials",
  },
  {
    title: "the whole model",
    settings: whole,
    environment,
    ask: { model: own(sonnet), tools: [look], sessionId: "thread-1" },
    sent: {
      origin: "https://ai-gateway.vercel.sh",
      path: "/v1/chat/completions",
      body: {
        model: sonnet,
        max_tokens: 64_000,
        parallel_tool_calls: true,
        prompt_cache_key: undefined,
        tools: [{ type: "function", function: { name: "look", description: "Looks.", parameters: look.parameters } }],
      },
    },
  },
  {
    title: "the whole model, shown an image",
    settings: whole,
    environment,
    ask: { model: own(sonnet), messages: [{ role: "user", content: [{ type: "text", text: "Look" }, image] }] },
    sent: {
      body: {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "Look" },
              { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
            ],
          },
        ],
      },
    },
  },
  {
    title: "another address",
    settings: service({}, { api_url: "https://proxy.example.com/ai" }),
    environment,
    sent: { origin: "https://proxy.example.com", path: "/ai/chat/completions" },
  },
  {
    title: "custom_headers, but for the program's own",
    settings: service({}, { custom_headers: { Authorization: "Bearer mine", "X-Other": "1" } }),
    environment,
    sent: { headers: { authorization: "Bearer vck_of_the_example", "x-other": "1" } },
    notices: ["header-refused"],
  },
  {
    title: "max_completion_tokens, which wins over max_output_tokens",
    settings: service({ max_output_tokens: 5000, max_completion_tokens: 6000 }),
    environment,
    sent: { body: { max_tokens: 6000 } },
  },
  {
    title: "tools false",
    settings: withCapabilities({ tools: false }),
    environment,
    ask: { tools: [look] },
    refused: "unsupported",
  },
  {
    title: "images false",
    settings: withCapabilities({}),
    environment,
    ask: { messages: [{ role: "user", content: [image] }] },
    refused: "unsupported",
  },
  {
    title: "parallel_tool_calls false",
    settings: withCapabilities({}),
    environment,
    ask: { tools: [look] },
    sent: { body: { parallel_tool_calls: undefined } },
  },
  {
    title: "prompt_cache_key",
    settings: withCapabilities({ prompt_cache_key: true }),
    environment,
    ask: { sessionId: "thread-1" },
    sent: { body: { prompt_cache_key: "thread-1" } },
  },
  {
    title: "max_tokens_parameter false",
    settings: service({ max_output_tokens: 700, capabilities: { max_tokens_parameter: false } }),
    environment,
    sent: { body: { max_completion_tokens: 700, max_tokens: undefined } },
  },
  {
    title: "chat_completions false",
    settings: withCapabilities({ chat_completions: false }),
    environment,
    refused: "unsupported",
  },
];

export const vercelAiGatewayExamples: PluginExamples = {
  plugin: vercelAiGateway,
  mount: { from: /^.*\/(?=chat\/|models)/, to: "/v1/" },
  models: [sonnet, "openai/gpt-5.3-codex"],
  examples,
};
