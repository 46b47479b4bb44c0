import openaiCompatible from "@waygate/openai-compatible";
import { image, look } from "../asking.ts";
import type { PluginExamples, SettingsExample } from "../example.ts";

/** The whole example of a service, as Zed's users have it in their files. */
const whole = `{"agent":{"default_model":{"provider":"my-gateway","model":"my-model","enable_thinking":true,"effort":"high"}},
 "language_models":{"openai_compatible":{"my-gateway":{"api_url":"https://gw.example.com/v1","custom_headers":{"X-Team":"core"},"available_models":[
  {"name":"my-model","display_name":"My Model","max_tokens":128000,"max_output_tokens":32000,"reasoning_effort":"medium",
   "capabilities":{"tools":true,"images":true,"parallel_tool_calls":true,"prompt_cache_key":false,"chat_completions":true,"max_tokens_parameter":false}}]}}}}`;

/** A file with one service and one model, and whatever else is to be seen. */
function service(model: object, options: { readonly service?: object; readonly agent?: object } = {}): string {
  const entry = {
    api_url: "https://gw.example.com/v1",
    available_models: [{ name: "my-model", ...model }],
    ...options.service,
  };
  const agent = { default_model: { provider: "my-gateway", model: "my-model" }, ...options.agent };
  return JSON.stringify({ agent, language_models: { openai_compatible: { "my-gateway": entry } } });
}

const withCapabilities = (capabilities: object) =>
  service({
    capabilities: { tools: true, images: false, parallel_tool_calls: false, prompt_cache_key: false, ...capabilities },
  });

const picture = [{ role: "user", content: [{ type: "text", text: "Look" }, image] }] as const;
const thought = [
  { role: "user", content: "Hello" },
  {
    role: "assistant",
    content: [
      { type: "reasoning", text: "Hm." },
      { type: "text", text: "Hello!" },
    ],
  },
  { role: "user", content: "Again" },
] as const;

const examples: readonly SettingsExample[] = [
  {
    title: "the whole example",
    settings: whole,
    environment: { MY_GATEWAY_API_KEY: "sk-my-gateway" },
    ask: { tools: [look], sessionId: "thread-1" },
    sent: {
      origin: "https://gw.example.com",
      path: "/v1/chat/completions",
      headers: { authorization: "Bearer sk-my-gateway", "x-team": "core", "content-type": "application/json" },
      body: {
        model: "my-model",
        stream: true,
        max_completion_tokens: 32_000,
        max_tokens: undefined,
        // The selection's effort goes before the model's own.
        reasoning_effort: "high",
        parallel_tool_calls: true,
        prompt_cache_key: undefined,
        temperature: undefined,
      },
    },
  },
  {
    title: "the whole example, without a key",
    settings: whole,
    sent: { headers: { authorization: undefined }, body: { parallel_tool_calls: undefined, tools: undefined } },
  },
  {
    title: "the whole example, shown an image",
    settings: whole,
    ask: { messages: picture },
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
    title: "custom_headers that are the program's own are left out",
    settings: service(
      {},
      { service: { custom_headers: { Authorization: "Bearer mine", Accept: "x", "X-Other": "1" } } },
    ),
    environment: { MY_GATEWAY_API_KEY: "sk" },
    sent: { headers: { authorization: "Bearer sk", accept: "text/event-stream", "x-other": "1" } },
    notices: ["header-refused", "header-refused"],
  },
  {
    title: "max_output_tokens",
    settings: service({ max_output_tokens: 5000 }),
    sent: { body: { max_completion_tokens: 5000 } },
  },
  {
    title: "max_completion_tokens, which wins",
    settings: service({ max_output_tokens: 5000, max_completion_tokens: 6000 }),
    sent: { body: { max_completion_tokens: 6000 } },
  },
  {
    title: "no limit where none is set",
    settings: service({ max_tokens: 128_000 }),
    sent: { body: { max_completion_tokens: undefined, max_tokens: undefined } },
  },
  ...(["minimal", "low", "medium", "high", "xhigh", "max", "none"] as const).map((effort) => ({
    title: `reasoning_effort ${effort}`,
    settings: service({ reasoning_effort: effort }),
    sent: { body: { reasoning_effort: effort } },
  })),
  {
    title: "enable_thinking false",
    settings: service(
      { reasoning_effort: "high" },
      { agent: { default_model: { provider: "my-gateway", model: "my-model", enable_thinking: false } } },
    ),
    sent: { body: { reasoning_effort: "none" } },
  },
  {
    title: "enable_thinking without an effort",
    settings: service(
      {},
      { agent: { default_model: { provider: "my-gateway", model: "my-model", enable_thinking: true } } },
    ),
    sent: { body: { reasoning_effort: "medium" } },
  },
  {
    title: "tools false",
    settings: withCapabilities({ tools: false }),
    ask: { tools: [look] },
    refused: "unsupported",
  },
  { title: "images false", settings: withCapabilities({}), ask: { messages: picture }, refused: "unsupported" },
  {
    title: "parallel_tool_calls false",
    settings: withCapabilities({}),
    ask: { tools: [look] },
    sent: { body: { parallel_tool_calls: undefined, tools: [functionOf("look")] } },
  },
  {
    title: "prompt_cache_key",
    settings: withCapabilities({ prompt_cache_key: true }),
    ask: { sessionId: "thread-1" },
    sent: { body: { prompt_cache_key: "thread-1" } },
  },
  {
    title: "interleaved_reasoning",
    settings: withCapabilities({ interleaved_reasoning: true }),
    ask: { messages: thought },
    sent: {
      body: {
        messages: [
          { role: "user", content: "Hello" },
          { role: "assistant", content: "Hello!", reasoning_content: "Hm." },
          { role: "user", content: "Again" },
        ],
      },
    },
  },
  {
    title: "max_tokens_parameter",
    settings: service({ max_output_tokens: 700, capabilities: { max_tokens_parameter: true } }),
    sent: { body: { max_tokens: 700, max_completion_tokens: undefined } },
  },
  { title: "chat_completions false", settings: withCapabilities({ chat_completions: false }), refused: "unsupported" },
  {
    title: "an address with a query",
    settings: service({}, { service: { api_url: "https://gw.example.com/v1?api-version=2026-01-01" } }),
    sent: { origin: "https://gw.example.com", path: "/v1/chat/completions?api-version=2026-01-01" },
  },
  {
    title: "another header for the key",
    settings: service({}, { service: { auth_header: "api-key" } }),
    environment: { MY_GATEWAY_API_KEY: "sk" },
    sent: { headers: { "api-key": "sk", authorization: undefined } },
  },
  {
    title: "extra_body and extra_query",
    settings: service({ extra_body: { b: 2 } }, { service: { extra_body: { a: 1, b: 1 }, extra_query: { q: "x" } } }),
    sent: { path: "/v1/chat/completions?q=x", body: { a: 1, b: 2 } },
  },
  {
    title: "a dialect",
    settings: service({ max_output_tokens: 9 }, { service: { dialect: "mistral" } }),
    sent: { body: { max_tokens: 9, max_completion_tokens: undefined } },
  },
  {
    title: "model_parameters: the last that fits",
    settings: service(
      {},
      {
        agent: {
          model_parameters: [
            { temperature: 0.1 },
            { provider: "my-gateway", temperature: 0.7 },
            { provider: "other", temperature: 0.2 },
          ],
        },
      },
    ),
    sent: { body: { temperature: 0.7 } },
  },
  ...(
    [
      "inline_assistant_model",
      "commit_message_model",
      "thread_summary_model",
      "subagent_model",
      "compaction_model",
    ] as const
  ).flatMap((feature): SettingsExample[] => [
    { title: `${feature}, by default`, settings: service({}), ask: { feature }, sent: { body: { model: "my-model" } } },
    {
      title: feature,
      settings: service(
        {},
        {
          service: { available_models: [{ name: "my-model" }, { name: "small" }] },
          agent: { [feature]: { provider: "my-gateway", model: "small", effort: "low" } },
        },
      ),
      ask: { feature },
      sent: { body: { model: "small", reasoning_effort: "low" } },
    },
  ]),
];

function functionOf(name: string): object {
  return { type: "function", function: { name, description: "Looks.", parameters: look.parameters } };
}

export const openaiCompatibleExamples: PluginExamples = {
  plugin: openaiCompatible,
  mount: { from: "/v1", to: "/v1" },
  models: ["my-model", "small"],
  examples,
};
