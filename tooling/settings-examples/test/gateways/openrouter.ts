import openrouter from "@waygate/openrouter";
import { image, look } from "../asking.ts";
import type { PluginExamples, SettingsExample } from "../example.ts";

// The examples of Zed's page, as they stand there.
const defaultModel = `{
"agent": {
"default_model": {
"provider": "openrouter",
"model": "openrouter/auto"
}
}
}`;
const customModel = `{
"language_models": {
"open_router": {
"api_url": "https://openrouter.ai/api/v1",
"available_models": [
{
"name": "google/gemini-2.0-flash-thinking-exp",
"display_name": "Gemini 2.0 Flash (Thinking)",
"max_tokens": 200000,
"max_output_tokens": 8192,
"supports_tools": true,
"supports_images": true,
"mode": {
"type": "thinking",
"budget_tokens": 8000
}
}
]
}
}
}`;
const routing = `{
"language_models": {
"open_router": {
"available_models": [
{
"name": "openrouter/auto",
"display_name": "Auto Router",
"max_tokens": 2000000,
"supports_tools": true,
"provider": {
"order": ["anthropic", "openai"],
"allow_fallbacks": true,
"require_parameters": true,
"data_collection": "allow"
}
}
]
}
}
}`;
/** A whole section, as Zed's users have it in their files. */
const whole = `{"agent":{"default_model":{"provider":"openrouter","model":"openrouter/auto"}},
 "language_models":{"open_router":{"api_url":"https://openrouter.ai/api/v1","custom_headers":{"X-My-Tag":"zed"},"available_models":[
  {"name":"google/gemini-3.1-pro-preview","display_name":"Gemini (thinking)","max_tokens":1000000,"supports_tools":true,"supports_images":true,
   "mode":{"type":"thinking","budget_tokens":8000},
   "provider":{"order":["google-vertex"],"allow_fallbacks":true,"require_parameters":true,"data_collection":"allow","sort":"price"}}]}}}`;

const flash = "google/gemini-2.0-flash-thinking-exp";
const gemini = "google/gemini-3.1-pro-preview";
const environment = { OPENROUTER_API_KEY: "sk-or-v1-of-the-example" };
const own = (model: string) => ({ gateway: "openrouter", model });
const sentTo = {
  origin: "https://openrouter.ai",
  path: "/api/v1/chat/completions",
} as const;

/** A file with one model, and whatever else is to be seen. */
function service(model: object, section: object = {}): string {
  const open_router = { available_models: [{ name: "vendor/model", max_tokens: 1000, ...model }], ...section };
  const agent = { default_model: { provider: "openrouter", model: "vendor/model" } };
  return JSON.stringify({ agent, language_models: { open_router } });
}

const routed = (provider: object, sent: object): SettingsExample => ({
  title: `provider ${JSON.stringify(provider)}`,
  settings: service({ provider }),
  environment,
  sent: { body: { provider: sent } },
});

const examples: readonly SettingsExample[] = [
  {
    title: "the page's default model",
    settings: defaultModel,
    environment,
    sent: {
      ...sentTo,
      headers: { authorization: "Bearer sk-or-v1-of-the-example" },
      body: {
        model: "openrouter/auto",
        stream: true,
        max_tokens: undefined,
        provider: undefined,
        reasoning: undefined,
      },
    },
  },
  { title: "the page's default model, without a key", settings: defaultModel, refused: "credentials" },
  {
    title: "the page's custom model",
    settings: customModel,
    environment,
    ask: { model: own(flash), tools: [look] },
    sent: {
      ...sentTo,
      body: {
        model: flash,
        max_tokens: 8192,
        reasoning: { max_tokens: 8000 },
        tools: [{ type: "function", function: { name: "look", description: "Looks.", parameters: look.parameters } }],
      },
    },
  },
  {
    title: "the page's custom model, shown an image",
    settings: customModel,
    environment,
    ask: { model: own(flash), messages: [{ role: "user", content: [{ type: "text", text: "Look" }, image] }] },
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
    title: "the page's routing",
    settings: routing,
    environment,
    ask: { model: own("openrouter/auto"), tools: [look] },
    sent: {
      body: {
        model: "openrouter/auto",
        provider: {
          order: ["anthropic", "openai"],
          allow_fallbacks: true,
          require_parameters: true,
          data_collection: "allow",
        },
      },
    },
  },
  {
    title: "the whole section, with its default model",
    settings: whole,
    environment,
    sent: { ...sentTo, headers: { "x-my-tag": "zed" }, body: { model: "openrouter/auto", provider: undefined } },
  },
  {
    title: "the whole section, with the model that it describes",
    settings: whole,
    environment,
    ask: { model: own(gemini), tools: [look] },
    sent: {
      headers: { "x-my-tag": "zed" },
      body: {
        model: gemini,
        reasoning: { max_tokens: 8000 },
        provider: {
          order: ["google-vertex"],
          allow_fallbacks: true,
          require_parameters: true,
          data_collection: "allow",
          sort: "price",
        },
      },
    },
  },
  {
    title: "another address, which the key goes to as well",
    settings: service({}, { api_url: "https://proxy.example.com/or" }),
    environment,
    sent: {
      origin: "https://proxy.example.com",
      path: "/or/chat/completions",
      headers: { authorization: "Bearer sk-or-v1-of-the-example" },
    },
  },
  {
    title: "custom_headers that are the program's own are left out",
    settings: service({}, { custom_headers: { Authorization: "Bearer mine", Accept: "x", "X-Other": "1" } }),
    environment,
    sent: { headers: { authorization: "Bearer sk-or-v1-of-the-example", "x-other": "1" } },
    notices: ["header-refused", "header-refused"],
  },
  {
    title: "max_completion_tokens, which wins over max_output_tokens",
    settings: service({ max_output_tokens: 5000, max_completion_tokens: 6000 }),
    environment,
    sent: { body: { max_tokens: 6000 } },
  },
  {
    title: "mode default",
    settings: service({ mode: { type: "default" } }),
    environment,
    sent: { body: { reasoning: undefined } },
  },
  {
    title: "mode adaptive",
    settings: service({ mode: { type: "adaptive" } }),
    environment,
    sent: { body: { reasoning: { enabled: true } } },
  },
  {
    title: "supports_tools false",
    settings: service({ supports_tools: false }),
    environment,
    ask: { tools: [look] },
    refused: "unsupported",
  },
  routed({ data_collection: "disallow" }, { data_collection: "deny" }),
  routed({ data_collection: "deny" }, { data_collection: "deny" }),
  routed({ only: ["anthropic"] }, { only: ["anthropic"] }),
  routed({ ignore: ["deepinfra"], quantizations: ["fp8"] }, { ignore: ["deepinfra"], quantizations: ["fp8"] }),
  routed({ allow_fallbacks: false, sort: "throughput" }, { allow_fallbacks: false, sort: "throughput" }),
  routed({ zdr: true, max_price: { prompt: 1 } }, { zdr: true, max_price: { prompt: 1 } }),
];

export const openrouterExamples: PluginExamples = {
  plugin: openrouter,
  mount: { from: /^.*\/(?=chat\/|models)/, to: "/v1/" },
  models: ["openrouter/auto", flash, gemini, "vendor/model"],
  examples,
};
