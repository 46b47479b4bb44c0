import bedrock from "@waygate/bedrock";
import { createRegistry, type GatewayPlugin, type ModelRef, type Registry, type RegistryNotice } from "@waygate/core";
import openaiCompatible from "@waygate/openai-compatible";
import openrouter from "@waygate/openrouter";
import vercelAiGateway from "@waygate/vercel-ai-gateway";
import type { GatewayName } from "../plan/plan.ts";
import type { Secrets } from "../secrets.ts";
import { runHeader } from "../server/fault-server.ts";
import type { ReceivedRequest } from "../server/request-reader.ts";
import { chatCompletions } from "../wires/chat-completions.ts";
import { converse } from "../wires/converse.ts";
import { signatureProblem } from "../wires/signature.ts";
import type { Wire } from "../wires/wire.ts";

/** One of the real plugins, towards a server of ours. */
export interface GatewayUnderTest {
  readonly plugin: GatewayPlugin;
  readonly wire: Wire;
  /** The gateway's id, as errors name it. */
  readonly id: string;
  readonly model: string;
  /** By the plugin's `settingsKey`. */
  settings(origin: string, headers: Readonly<Record<string, string>>): Readonly<Record<string, unknown>>;
  /** The credentials that it is given, by their ids. */
  credentials(secrets: Secrets): Readonly<Record<string, string | undefined>>;
  /** What is wrong with how a request proves who sent it; undefined if nothing is. */
  authProblem(request: ReceivedRequest, secrets: Secrets): string | undefined;
  /** The secret that a service sees, and may quote. */
  seen(secrets: Secrets): string | undefined;
}

const key = {
  credentials: ({ key }: Secrets) => ({ api_key: key, bearer_token: key }),
  authProblem: ({ headers }: ReceivedRequest, { key }: Secrets) =>
    headers.get("authorization") === `Bearer ${key}` ? undefined : "the request does not carry the key",
  seen: ({ key }: Secrets) => key,
};

const converseGateway = {
  plugin: bedrock,
  wire: converse,
  id: bedrock.id,
  model: "us.anthropic.claude-opus-4-6-v1",
  settings: (endpoint_url: string, custom_headers: object) => ({
    bedrock: { endpoint_url, custom_headers, discover_models: false, region: "eu-west-1" },
  }),
};

export const gatewaysUnderTest: Readonly<Record<GatewayName, GatewayUnderTest>> = {
  "openai-compatible": {
    ...key,
    plugin: openaiCompatible,
    wire: chatCompletions({ reasoning: "reasoning_content" }),
    id: "local",
    model: "model",
    settings: (origin, custom_headers) => {
      const available_models = [{ name: "model", max_tokens: 100_000 }];
      return { openai_compatible: { local: { api_url: `${origin}/v1`, custom_headers, available_models } } };
    },
  },
  openrouter: {
    ...key,
    plugin: openrouter,
    wire: chatCompletions({ reasoning: "reasoning" }),
    id: openrouter.id,
    model: "acme/model",
    settings: (origin, custom_headers) => ({ open_router: { api_url: `${origin}/api/v1`, custom_headers } }),
  },
  "vercel-ai-gateway": {
    ...key,
    plugin: vercelAiGateway,
    wire: chatCompletions({ reasoning: "reasoning" }),
    id: vercelAiGateway.id,
    model: "acme/model",
    settings: (origin, custom_headers) => ({ vercel_ai_gateway: { api_url: `${origin}/v1`, custom_headers } }),
  },
  "bedrock with an API key": { ...converseGateway, ...key },
  "bedrock with access keys": {
    ...converseGateway,
    credentials: ({ aws }) => ({
      access_key_id: aws.accessKeyId,
      secret_access_key: aws.secretAccessKey,
      session_token: aws.sessionToken,
    }),
    authProblem: (request, { aws }) => signatureProblem(request, aws),
    seen: ({ aws }) => aws.sessionToken,
  },
};

export interface OpenedGateway extends ModelRef {
  readonly registry: Registry;
}

export interface OpenOptions {
  /** The name of the run. */
  readonly run: string;
  readonly secrets: Secrets;
  readonly maxOpenStreams: number;
  /** Undefined for the default. */
  readonly answerBytes: number | undefined;
  onNotice(notice: RegistryNotice): void;
}

/** Opens a gateway in a registry of its own. */
export function openGateway(name: GatewayName, origin: string, options: OpenOptions): OpenedGateway {
  const { plugin, id, model, settings, credentials } = gatewaysUnderTest[name];
  const given = credentials(options.secrets);
  const registry = createRegistry({
    plugins: [plugin],
    settings: settings(origin, { [runHeader]: options.run }),
    credentials: ({ credential }) => given[credential.id],
    maxOpenStreams: options.maxOpenStreams,
    limits: { answerBytes: options.answerBytes },
    onNotice: options.onNotice,
  });
  return { registry, gateway: registry.gateway(id), model };
}
