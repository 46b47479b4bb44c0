import { createHash } from "node:crypto";
import type { JsonObject, ModelRequest, NoticeEvent, Privacy } from "@waygate/core/plugin";
import type { ChatDialect } from "@waygate/openai-chat";
import { notLoosened, requireUpstream } from "@waygate/plugin-kit";
import { askForReasoning } from "./ask-for-reasoning.ts";
import { type BodyPlan, chatDialect } from "./chat-dialect.ts";
import { fieldsOf } from "./fields-of.ts";
import { wantsMarks } from "./mark-prompt.ts";
import type { ModelFacts } from "./model-facts.ts";
import { isPreset, isRouter } from "./model-id.ts";
import { layOver } from "./model-settings.ts";
import type { OpenRouterOptions } from "./open-router-options.ts";
import { asOptions } from "./options.ts";
import { pinUpstream } from "./pin-upstream.ts";
import { planFallbacks } from "./plan-fallbacks.ts";
import type { ModelSettings } from "./settings.ts";
import { optionHeaders } from "./settings-headers.ts";
import { encodeRouting, privacyOf, routingOf, tighten } from "./tighten.ts";

export interface PlanContext {
  /** The gateway's id, for errors. */
  readonly gateway: string;
  /** What the settings say of a model. */
  readonly settingsOf: (model: string) => ModelSettings;
  /** What the list says of a model, as far as it is there. */
  readonly facts: ModelFacts | undefined;
  /** The id of a model that an answer may have named in another way. */
  readonly idOf: (name: string) => string;
}

/** A request as it is going to be made. */
export interface RequestPlan {
  readonly request: ModelRequest;
  readonly dialect: ChatDialect;
  /** Those of this request alone. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the reader should know before the answer begins. */
  readonly notices: readonly NoticeEvent[];
  /** The only provider that it may go to, for the sake of the reasoning that it carries on. */
  readonly pinnedTo: string | undefined;
}

/** Works out how a request is made: its own word over the settings', the settings' over what is known of the model. */
export function planRequest(request: ModelRequest, context: PlanContext): RequestPlan {
  const settings = context.settingsOf(request.model);
  // What a router says of itself holds for none of the models that it chooses.
  const facts = isRouter(request.model) ? undefined : context.facts;
  const own = asOptions(request.gatewayOptions);
  const { settings: options, ignored } = layOver<OpenRouterOptions, OpenRouterOptions>(settings, own);
  const demanded = tighten(routingOf(request.privacy ?? {}), options.provider ?? {});
  const fallbacks = planFallbacks(
    options.models ?? [],
    demanded.routing,
    (model) => context.settingsOf(model).provider,
  );
  requireUpstream(context.gateway, fallbacks.routing.only);
  const limit = request.maxOutputTokens ?? settings.max_completion_tokens ?? settings.max_output_tokens;
  const reasoning = askForReasoning({
    mode: settings.mode,
    settings: settings.reasoning,
    asked: request.reasoning,
    options: own.reasoning,
    facts,
    limit,
  });
  const pin = pinUpstream({
    messages: request.messages,
    routing: fallbacks.routing,
    wanted: options.pin_upstream !== false,
  });
  const open = isRouter(request.model) || fallbacks.models.length > 0;
  // A model that was chosen goes on; a preset says more than a model's name does.
  const model = open && pin.model !== undefined && !isPreset(request.model) ? context.idOf(pin.model) : request.model;
  const plan: BodyPlan = {
    fields: {
      ...fieldsOf({ ...options, models: model === request.model ? fallbacks.models : [] }),
      ...field("provider", encodeRouting(pin.routing)),
      ...field("reasoning", reasoning.field),
      ...field("session_id", sessionId(options.session_id ?? request.sessionId)),
    },
    extra: options.extra_body,
    serverTools: options.server_tools ?? [],
    cacheMark: request.cache === undefined ? undefined : cacheMark(model, options),
    maxTokensParameter: maxTokensParameter(facts),
    keepModel: open,
    replayScope: isRouter(request.model) ? "turn" : "conversation",
  };
  return {
    request: { ...request, model, messages: pin.messages, reasoning: undefined, maxOutputTokens: limit },
    dialect: chatDialect(plan),
    headers: optionHeaders(options),
    notices: [
      notLoosened("The request", [...ignored, ...demanded.ignored]),
      fallbacks.notice,
      reasoning.notice,
      pin.notice,
      unenforced(request, facts),
    ]
      .filter((notice) => notice !== undefined)
      .map((notice): NoticeEvent => ({ type: "notice", ...notice })),
    pinnedTo: pin.pinnedTo,
  };
}

/** What settings and options demand of whoever sees a request. */
export function demandsOf(settings: ModelSettings, own: ModelRequest["gatewayOptions"]): Privacy {
  const { settings: options } = layOver<OpenRouterOptions, OpenRouterOptions>(settings, asOptions(own));
  return privacyOf(options.provider ?? {});
}

type Notice = Omit<NoticeEvent, "type">;

/** Models that take no schema may still answer in JSON, of whatever form. */
function unenforced({ model, responseFormat }: ModelRequest, facts: ModelFacts | undefined): Notice | undefined {
  if (responseFormat?.type !== "json-schema") return undefined;
  if (facts?.supportedParameters?.includes("structured_outputs") !== false) return undefined;
  const message = `${model} takes no schema for its answer: it may answer in JSON of another form.`;
  return { code: "schema-not-enforced", message };
}

/** Most providers know the older name; where all must be known, one that they do not know would shut them out. */
function maxTokensParameter(facts: ModelFacts | undefined): ChatDialect["maxTokensParameter"] {
  const parameters = facts?.supportedParameters ?? [];
  return parameters.includes("max_completion_tokens") && !parameters.includes("max_tokens")
    ? "max_completion_tokens"
    : "max_tokens";
}

function cacheMark(model: string, { cache_control, cache_ttl }: OpenRouterOptions): BodyPlan["cacheMark"] {
  if (cache_control !== undefined || !wantsMarks(model)) return undefined;
  return cache_ttl === undefined ? { type: "ephemeral" } : { type: "ephemeral", ttl: cache_ttl };
}

/** OpenRouter takes 256 characters. A longer id is cut in a way that keeps different ones apart. */
function sessionId(id: string | undefined): string | undefined {
  if (id === undefined || id === "") return undefined;
  return id.length <= 256 ? id : createHash("sha256").update(id).digest("hex");
}

function field<Value extends JsonObject[string]>(name: string, value: Value | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value };
}
