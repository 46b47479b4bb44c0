import { GatewayError, type JsonObject, type ModelRequest, type NoticeEvent, type Privacy } from "@waygate/core/plugin";
import type { ChatDialect } from "@waygate/openai-chat";
import { notLoosened, reasoningOf, requireUpstream } from "@waygate/plugin-kit";
import { askForReasoning } from "./ask-for-reasoning.ts";
import { chatDialect } from "./chat-dialect.ts";
import type { ProviderKeys } from "./credentials.ts";
import type { GatewayRouting } from "./gateway-routing.ts";
import { encodeProviderOptions } from "./lay-provider-options.ts";
import type { ModelFacts } from "./model-facts.ts";
import { layOver } from "./model-settings.ts";
import { asOptions, type VercelAiGatewayOptions } from "./options.ts";
import type { ProviderOptions } from "./provider-options.ts";
import type { ModelSettings } from "./settings.ts";
import { privacyOf, routingOf, tighten } from "./tighten.ts";

export interface PlanContext {
  /** The gateway's id, for errors. */
  readonly gateway: string;
  /** What the settings say of the model. */
  readonly settings: ModelSettings;
  /** What the list says of the model, as far as it is there. */
  readonly facts: ModelFacts | undefined;
  /** The stored keys of accounts with providers. */
  readonly providerKeys: ProviderKeys | undefined;
}

/** A request as it is going to be made. */
export interface RequestPlan {
  readonly request: ModelRequest;
  readonly dialect: ChatDialect;
  /** The keys of accounts with providers that the body carries. */
  readonly providerKeys: ProviderKeys | undefined;
  /** What the reader should know before the answer begins. */
  readonly notices: readonly NoticeEvent[];
}

/**
 * Works out how a request is made: its own word over the settings', the settings' over what is known of the model.
 * Throws a `GatewayError` for a request that must not be sent.
 */
export function planRequest(request: ModelRequest, context: PlanContext): RequestPlan {
  const { settings, facts } = context;
  const { settings: options, ignored } = layOver<ModelSettings, VercelAiGatewayOptions>(
    settings,
    asOptions(request.gatewayOptions),
  );
  if (settings.capabilities?.chat_completions === false) throw responsesRefused(context.gateway, request.model);
  const demanded = tighten(routingOf(request.privacy ?? {}), {
    ...options.providerOptions?.gateway,
    ...keysOf(context.providerKeys, options.providerOptions),
  });
  const routed = withGatewayFields({ ...options.providerOptions, gateway: demanded.routing }, request);
  requireUpstream(context.gateway, routed.gateway?.only);
  const reasoning = askForReasoning(
    request.reasoning ?? reasoningOf(settings.reasoning_effort),
    options.reasoning,
    facts,
  );
  return {
    request: {
      ...request,
      maxOutputTokens: request.maxOutputTokens ?? settings.max_completion_tokens ?? settings.max_output_tokens,
    },
    dialect: chatDialect({
      model: request.model,
      flags: settings.capabilities ?? {},
      supportedParameters: facts?.supportedParameters,
      fields: {
        ...field("frequency_penalty", options.frequency_penalty),
        ...field("presence_penalty", options.presence_penalty),
        ...field("reasoning", reasoning.field),
        ...field("providerOptions", encodeProviderOptions(routed)),
      },
      extra: options.extra_body,
    }),
    providerKeys: routed.gateway?.byok,
    notices: [notLoosened("The request", [...ignored, ...demanded.ignored]), reasoning.notice]
      .filter((notice) => notice !== undefined)
      .map((notice): NoticeEvent => ({ type: "notice", ...notice })),
  };
}

/** What of the routing is not said by options: the portable mark for caching, and stored keys. */
function withGatewayFields(options: ProviderOptions, { cache }: ModelRequest): ProviderOptions {
  return { ...options, gateway: { ...options.gateway, ...(cache === "auto" && { caching: cache }) } };
}

/** Stored keys, under those of the request. */
function keysOf(stored: ProviderKeys | undefined, options: ProviderOptions | undefined): GatewayRouting {
  return stored === undefined ? {} : { byok: { ...stored, ...options?.gateway?.byok } };
}

/** What settings and options demand of whoever sees a request. */
export function demandsOf(settings: ModelSettings, own: ModelRequest["gatewayOptions"]): Privacy {
  const { settings: options } = layOver<ModelSettings, VercelAiGatewayOptions>(settings, asOptions(own));
  return privacyOf(options.providerOptions?.gateway ?? {});
}

function responsesRefused(id: string, model: string): GatewayError {
  return new GatewayError(
    `The model "${model}" of gateway "${id}" is set to be asked through /responses ("chat_completions": false), ` +
      `which is not supported yet. Set "chat_completions" to true: the gateway offers all its models there, too.`,
    { gateway: id, code: "unsupported" },
  );
}

function field(name: string, value: JsonObject[string] | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value };
}
