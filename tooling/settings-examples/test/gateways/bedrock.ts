import bedrock from "@waygate/bedrock";
import { expect } from "vitest";
import { look } from "../asking.ts";
import type { PluginExamples, SettingsExample } from "../example.ts";

// The examples of Zed's page, as they stand there.
const namedProfile = `{
"language_models": {
"bedrock": {
"authentication_method": "named_profile",
"region": "your-aws-region",
"profile": "your-profile-name"
}
}
}`;
const apiKey = `{
"language_models": {
"bedrock": {
"authentication_method": "api_key",
"region": "your-aws-region"
}
}
}`;
const global = `{
"language_models": {
"bedrock": {
"authentication_method": "named_profile",
"region": "your-aws-region",
"profile": "your-profile-name",
"allow_global": true
}
}
}`;
const guardrail = `{
"language_models": {
"bedrock": {
"guardrail_identifier": "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc123",
"guardrail_version": "DRAFT"
}
}
}`;
/** A whole section, as Zed's users have it in their files. */
const whole = `{"agent":{"default_model":{"provider":"amazon-bedrock","model":"claude-sonnet-4-5"}},
 "language_models":{"bedrock":{"authentication_method":"sso","profile":"dev","region":"eu-west-1","allow_global":true,
  "endpoint_url":"https://gateway.example.com/bedrock","guardrail_identifier":"arn:aws:bedrock:us-east-1:123456789012:guardrail/abc123","guardrail_version":"DRAFT",
  "available_models":[{"name":"us.anthropic.some-model-v1:0","max_tokens":200000,"max_output_tokens":64000,
    "cache_configuration":{"max_cache_anchors":4,"should_speculate":true,"min_total_token":1024}}],
  "mantle_available_models":[{"name":"openai.gpt-oss-120b","max_tokens":128000,"protocol":"chat_completions","supports_tools":true,"supports_thinking":true}]}}}`;

const sonnet = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const some = "us.anthropic.some-model-v1:0";
const keys = { ZED_ACCESS_KEY_ID: "AKIDEXAMPLE", ZED_SECRET_ACCESS_KEY: "not-a-real-secret" };
const profile = (name: string) =>
  `[${name}]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = not-a-real-secret\n`;
const own = (model: string) => ({ gateway: "amazon-bedrock", model });
const pathOf = (model: string) => `/model/${encodeURIComponent(model)}/converse-stream`;
const guardrailConfig = {
  guardrailIdentifier: "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc123",
  guardrailVersion: "DRAFT",
  trace: "enabled",
};
const here = "https://bedrock-runtime.your-aws-region.amazonaws.com";

const examples: readonly SettingsExample[] = [
  {
    title: "the page's named profile",
    settings: namedProfile,
    awsCredentials: profile("your-profile-name"),
    ask: { model: own("claude-sonnet-4-5") },
    sent: {
      origin: here,
      path: pathOf(`us.${sonnet}`),
      headers: {
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKIDPROFILE\/\d+\/your-aws-region\/bedrock\//,
        ),
      },
    },
  },
  {
    title: "the page's API key, which stands in no file",
    settings: apiKey,
    environment: { ZED_BEDROCK_BEARER_TOKEN: "sk-bedrock-of-the-example" },
    ask: { model: own("claude-sonnet-4-5") },
    sent: { origin: here, headers: { authorization: "Bearer sk-bedrock-of-the-example" } },
  },
  {
    title: "the page's API key, where there is none",
    settings: apiKey,
    ask: { model: own(some) },
    refused: "credentials",
  },
  {
    title: "the page's static credentials, which are in the environment, region and endpoint too",
    settings: "{}",
    environment: {
      ...keys,
      ZED_SESSION_TOKEN: "a-session-token",
      ZED_AWS_REGION: "us-west-2",
      ZED_AWS_ENDPOINT: "https://aws.example.com",
    },
    ask: { model: own("claude-sonnet-4-5") },
    sent: {
      origin: "https://aws.example.com",
      path: pathOf(`us.${sonnet}`),
      headers: {
        authorization: expect.stringMatching(/Credential=AKIDEXAMPLE\/\d+\/us-west-2\//),
        "x-amz-security-token": "a-session-token",
      },
    },
  },
  {
    title: "a profile that the environment names",
    settings: "{}",
    environment: { ZED_AWS_PROFILE: "work", ZED_AWS_REGION: "us-west-2" },
    awsCredentials: profile("work"),
    ask: { model: own("claude-sonnet-4-5") },
    sent: { headers: { authorization: expect.stringMatching(/Credential=AKIDPROFILE\/\d+\/us-west-2\//) } },
  },
  {
    title: "the page's global profiles",
    settings: global,
    awsCredentials: profile("your-profile-name"),
    ask: { model: own("claude-sonnet-4-5") },
    sent: { origin: here, path: pathOf(`global.${sonnet}`) },
  },
  {
    title: "the page's guardrail",
    settings: guardrail,
    environment: keys,
    ask: { model: own("claude-sonnet-4-5") },
    sent: { origin: "https://bedrock-runtime.us-east-1.amazonaws.com", body: { guardrailConfig } },
  },
  {
    title: "the whole section",
    settings: whole,
    awsCredentials: profile("dev"),
    sent: {
      origin: "https://gateway.example.com",
      path: `/bedrock${pathOf(`global.${sonnet}`)}`,
      headers: { authorization: expect.stringMatching(/Credential=AKIDPROFILE\/\d+\/eu-west-1\/bedrock\//) },
      body: { guardrailConfig, toolConfig: undefined },
    },
    notices: ["mantle-not-served"],
  },
  {
    title: "the whole section, with the model that it describes",
    settings: whole,
    awsCredentials: profile("dev"),
    ask: {
      model: own(some),
      cache: "auto",
      tools: [look],
      messages: [
        { role: "system", content: "Be brief. ".repeat(1000) },
        { role: "user", content: "Hello" },
      ],
    },
    sent: {
      path: `/bedrock${pathOf(some)}`,
      body: {
        guardrailConfig,
        inferenceConfig: { maxTokens: 64_000 },
        system: [{ text: expect.any(String) }, { cachePoint: { type: "default" } }],
        toolConfig: {
          tools: [expect.objectContaining({ toolSpec: expect.any(Object) }), { cachePoint: { type: "default" } }],
        },
      },
    },
    notices: ["mantle-not-served"],
  },
  {
    title: "the whole section, with a model that it describes for Mantle, which is told",
    settings: whole,
    awsCredentials: profile("dev"),
    ask: { model: own("openai.gpt-oss-120b") },
    sent: { path: `/bedrock${pathOf("openai.gpt-oss-120b")}` },
    notices: ["mantle-not-served"],
  },
];

export const bedrockExamples: PluginExamples = {
  plugin: bedrock,
  mount: { from: /^\/bedrock/, to: "" },
  models: [`us.${sonnet}`, `global.${sonnet}`, some, "openai.gpt-oss-120b"],
  examples,
};
