import type { Gateway, OpenContext } from "@waygate/core/plugin";
import { openHttp } from "@waygate/http";
import { answerEvents } from "./answer/answer-events.ts";
import { Connections } from "./aws/connection.ts";
import { Conversations } from "./conversations.ts";
import { authRefresh } from "./credentials/auth-refresh.ts";
import { customHeaders } from "./custom-headers.ts";
import { converseConstraints } from "./models/family.ts";
import { ModelList } from "./models/model-list.ts";
import { ModelResolver } from "./models/model-resolver.ts";
import { runCheck } from "./run-check.ts";
import type { BedrockSettings } from "./settings.ts";

/** Opens the gateway. Nothing is sent, and nothing of the AWS SDK loaded, before the first request. */
export function openGateway(context: OpenContext<BedrockSettings>): Gateway {
  const { id: gateway, settings, notice } = context;
  const http = openHttp({ dispatcher: context.transport.dispatcher });
  const { headers } = customHeaders(settings);
  if ((settings.mantle_available_models ?? []).length > 0) notice(mantleNotice);

  const credential = (id: string) => context.credential(id);
  const connections = new Connections({ gateway, settings, credential, http, headers });
  const resolver = new ModelResolver({ gateway, settings, notice });
  const models = new ModelList({ gateway, settings, connections, notice });
  const command = settings.auth_refresh_command;
  const say = (message: string) => notice({ code: "auth-refresh", message });
  const refresh = command === undefined ? undefined : authRefresh(gateway, command, say);
  const conversations = new Conversations({
    gateway,
    limits: context.limits,
    settings,
    connections,
    resolver,
    refresh,
  });

  return {
    // Prompts and answers are neither stored, nor given to anybody, nor trained on. Source, of 2026-11-22:
    // docs.aws.amazon.com/bedrock/latest/userguide/data-protection.html
    privacyDemands: ["zeroDataRetention", "denyDataCollection"],
    constraints: converseConstraints,
    models: (options) => models.get(options),
    model: (name) => models.model(name),
    stream: (request) => answerEvents(conversations, request),
    check: ({ signal }) => runCheck({ gateway, settings, connections, models, signal }),
    close: () => http.close(),
  };
}

const mantleNotice = {
  code: "mantle-not-served",
  message:
    "The models in mantle_available_models are not served by this gateway, which speaks Converse. They answer to the " +
    "OpenAI-compatible one: give it an entry with the address https://bedrock-mantle.REGION.api.aws/openai/v1.",
};
