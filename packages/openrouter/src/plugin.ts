import { definePlugin, type Gateway, type ModelEvent, type ModelRequest, type OpenContext } from "@waygate/core/plugin";
import { openChatService, plainDialect } from "@waygate/openai-chat";
import { modelConstraints, optionalCredential } from "@waygate/plugin-kit";
import { announced } from "./announced.ts";
import { Catalogue } from "./catalogue.ts";
import { serviceTools } from "./chat-dialect.ts";
import { checkKey } from "./check-key.ts";
import { constraints } from "./constraints.ts";
import { keyHeaders, secrets } from "./key-headers.ts";
import { isUnlisted } from "./model-id.ts";
import { modelSettings } from "./model-settings.ts";
import { autoModel, type OpenRouterModel, toModel } from "./open-router-model.ts";
import { options } from "./options.ts";
import { readFailure } from "./read-failure.ts";
import { demandsOf, planRequest } from "./request-plan.ts";
import { type OpenRouterSettings, settings } from "./settings.ts";
import { settingsHeaders } from "./settings-headers.ts";

/** OpenRouter: the models of all vendors behind one key. */
export const openrouter = definePlugin({
  id: "openrouter",
  name: "OpenRouter",
  contract: 1,
  settingsKey: "open_router",
  settings,
  gatewayOptions: options,
  credentials: [
    { id: "api_key", label: "API key", env: ["OPENROUTER_API_KEY"], help: "https://openrouter.ai/keys" },
    {
      id: "provider_keys",
      label: "Keys of your own accounts with providers, as JSON",
      env: ["OPENROUTER_PROVIDER_API_KEYS"],
      help: "https://openrouter.ai/docs/guides/overview/auth/byok",
      optional: true,
    },
  ],
  capabilities: {
    tools: true,
    toolChoice: true,
    images: true,
    files: true,
    reasoning: true,
    structuredOutput: true,
    billedCost: true,
  },
  address: ({ api_url }) => api_url,
  leftOut: (settings) => settingsHeaders(settings).refused,
  open,
});

function open(context: OpenContext<OpenRouterSettings>): Gateway {
  const { id, settings, notice, signal } = context;
  const { headers } = settingsHeaders(settings);
  const layers = modelSettings(settings, notice);

  const service = openChatService({
    gateway: id,
    address: settings.api_url,
    async headers() {
      const key = await optionalCredential(context, "api_key");
      return key === undefined ? headers : { ...headers, authorization: `Bearer ${key}` };
    },
    secret: () => secrets(context),
    keyHint: "Check OPENROUTER_API_KEY, or make a new key at https://openrouter.ai/keys.",
    dialect: () => plainDialect,
    readFailure,
    limits: context.limits,
    dispatcher: context.transport.dispatcher,
  });
  const { getJson } = service;
  const catalogue = new Catalogue({
    gateway: id,
    getJson,
    key: () => optionalCredential(context, "api_key"),
    notice,
    signal,
  });

  const named = [...new Set([autoModel, ...settings.available_models.map(({ name }) => name)])];
  const model = (name: string): OpenRouterModel => toModel(name, catalogue.get(name), layers.of(name));

  function start(request: ModelRequest): AsyncIterable<readonly ModelEvent[]> {
    const plan = planRequest(request, {
      gateway: id,
      settingsOf: (name) => layers.of(name),
      facts: catalogue.get(request.model),
      idOf: (name) => catalogue.idOf(name),
    });
    const stream = service.stream(plan.request, {
      dialect: plan.dialect,
      headers: async () => ({ ...headers, ...plan.headers, ...(await keyHeaders(context)) }),
    });
    return plan.notices.length === 0 ? stream : announced(stream, plan.notices, plan.pinnedTo);
  }

  return {
    async models(options) {
      const listed = await catalogue.models(options);
      return [...new Set([...named, ...listed.map((facts) => facts.id)])].map(model);
    },
    model: (name) =>
      named.includes(name) || isUnlisted(name) || catalogue.get(name) !== undefined ? model(name) : undefined,
    // Planned when it is iterated, so that what is wrong with the request is thrown from there.
    stream: (request) => ({ [Symbol.asyncIterator]: () => start(request)[Symbol.asyncIterator]() }),
    serviceTools,
    constraints,
    modelConstraints,
    privacyDemands: ["zeroDataRetention", "denyDataCollection", "onlyUpstreams"],
    privacy: ({ model, gatewayOptions }) => demandsOf(layers.of(model), gatewayOptions),
    async check({ signal }) {
      await context.credential("api_key");
      const countModels = async () => (await catalogue.models({ signal, refresh: true })).length;
      return await checkKey({ address: settings.api_url, getJson, countModels, signal });
    },
    close: () => service.close(),
  };
}
