import {
  batches,
  definePlugin,
  type Gateway,
  type ModelEvent,
  type ModelRequest,
  type OpenContext,
  type Opened,
  readingOf,
} from "@waygate/core/plugin";
import { modelConstraints, optionalCredential } from "@waygate/plugin-kit";
import { Catalogue } from "./catalogue.ts";
import { checkKey } from "./check-key.ts";
import { credentials, providerKeys, secretsIn } from "./credentials.ts";
import { modelSettings } from "./model-settings.ts";
import { options } from "./options.ts";
import { demandsOf, planRequest } from "./request-plan.ts";
import { openService, withoutQuery } from "./service.ts";
import { settings, type VercelAiGatewaySettings } from "./settings.ts";
import { settingsHeaders } from "./settings-headers.ts";
import { toModel } from "./vercel-ai-gateway-model.ts";

/** Vercel AI Gateway, by its public OpenAI-style API: the models of all vendors behind one key. */
export const vercelAiGateway = definePlugin({
  id: "vercel_ai_gateway",
  name: "Vercel AI Gateway",
  contract: 1,
  settingsKey: "vercel_ai_gateway",
  settings,
  gatewayOptions: options,
  credentials,
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

function open(context: OpenContext<VercelAiGatewaySettings>): Gateway {
  const { id, settings, notice, signal } = context;
  const service = openService(context);
  const layers = modelSettings(settings, notice);
  const key = () => optionalCredential(context, "api_key");
  const catalogue = new Catalogue({ gateway: id, getList: service.getList, key, notice, signal });
  const named = [...new Set(settings.available_models.map(({ name }) => name))];
  const model = (name: string) => toModel(name, catalogue.get(name), layers.of(name));

  async function begin(request: ModelRequest): Promise<Opened<readonly ModelEvent[]>> {
    const plan = planRequest(request, {
      gateway: id,
      settings: layers.of(request.model),
      facts: catalogue.get(request.model),
      providerKeys: await providerKeys(context),
    });
    const secret = async () => [(await key()) ?? "", ...secretsIn(plan.providerKeys)];
    const stream = service.chat.stream(plan.request, { dialect: plan.dialect, secret });
    return {
      ready: plan.notices.length === 0 ? [] : [plan.notices],
      reading: readingOf(stream[Symbol.asyncIterator]()),
    };
  }

  return {
    async models(asked) {
      const listed = await catalogue.models(asked, named.length > 0);
      return [...new Set([...named, ...listed.map((facts) => facts.id)])].map(model);
    },
    model: (name) => (named.includes(name) || catalogue.get(name) !== undefined ? model(name) : undefined),
    stream: (request) => batches(() => begin(request)),
    constraints: { toolResultMedia: "accepted" },
    modelConstraints,
    privacyDemands: ["zeroDataRetention", "denyDataCollection", "onlyUpstreams"],
    privacy: ({ model, gatewayOptions }) => demandsOf(layers.of(model), gatewayOptions),
    async check({ signal }) {
      return await checkKey({
        address: withoutQuery(settings.api_url),
        key: (await context.credential("api_key")) ?? "",
        ownKeys: (await providerKeys(context)) !== undefined,
        getJson: service.chat.getJson,
        countModels: async () => (await catalogue.ask(signal)).length,
        signal,
      });
    },
    close: () => service.close(),
  };
}
