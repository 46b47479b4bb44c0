import {
  defaultConstraints,
  definePlugin,
  type Gateway,
  GatewayError,
  type ModelConstraints,
  type OpenContext,
} from "@waygate/core/plugin";
import { refusedHeaderIssue } from "@waygate/http";
import { modelConstraints } from "@waygate/plugin-kit";
import { Catalog } from "./catalog.ts";
import { withDefaults } from "./chat-dialect.ts";
import { checkService } from "./check-service.ts";
import { dialects } from "./dialects.ts";
import { options } from "./options.ts";
import { customHeaders, openService } from "./service.ts";
import { type ServiceSettings, settings } from "./settings.ts";

/** Any service that speaks OpenAI's chat completions: one gateway for each entry of `openai_compatible`. */
export const openaiCompatible = definePlugin({
  id: "openai_compatible",
  name: "OpenAI-compatible",
  contract: 1,
  settingsKey: "openai_compatible",
  instances: "map",
  settings,
  gatewayOptions: options,
  credentials: (id) => [{ id: "api_key", label: "API key", env: [keyVariable(id)], optional: true }],
  capabilities: {
    tools: true,
    toolChoice: true,
    images: true,
    files: true,
    reasoning: true,
    structuredOutput: true,
  },
  address: ({ api_url }) => api_url,
  leftOut: (settings) => customHeaders(settings).refused.map(refusedHeaderIssue),
  open,
});

function open(context: OpenContext<ServiceSettings>): Gateway {
  const { id, settings, credential } = context;
  const service = openService(context, keyVariable(id));
  const catalog = new Catalog(context, service);

  return {
    serviceTools: service.dialect.serviceTools,
    privacyDemands: [
      ...(settings.privacy?.zero_data_retention === true ? (["zeroDataRetention"] as const) : []),
      ...(settings.privacy?.data_collection === "deny" ? (["denyDataCollection"] as const) : []),
    ],
    constraints: service.dialect.constraints,
    modelConstraints: [...ownDialects(settings), ...modelConstraints],
    models: (asked) => catalog.models(asked),
    model: (name) => catalog.model(name),
    stream(request) {
      const model = service.models.get(request.model);
      if (model?.capabilities.chat_completions === false) throw responsesRefused(id, request.model);
      return service.chat.stream(withDefaults(request, model));
    },
    async check({ signal }) {
      const hasKey = (await credential("api_key")) !== undefined;
      return checkService({ settings, service, catalog, hasKey, keyVariable: keyVariable(id), signal });
    },
    close: () => service.close(),
  };
}

/** A model with a dialect of its own does not have the service's constraints. */
function ownDialects({ available_models = [] }: ServiceSettings): readonly ModelConstraints[] {
  return available_models.flatMap(({ name, dialect }) =>
    dialect === undefined
      ? []
      : [{ models: [name], constraints: { ...defaultConstraints, ...dialects[dialect].constraints } }],
  );
}

/** `my-gateway` → `MY_GATEWAY_API_KEY` */
function keyVariable(id: string): string {
  return `${id.replace(/[^A-Za-z0-9]+/g, "_").toUpperCase()}_API_KEY`;
}

function responsesRefused(gateway: string, model: string): GatewayError {
  return new GatewayError(
    `The model "${model}" of gateway "${gateway}" is set to be asked through /responses ("chat_completions": false), ` +
      `which is not supported yet. Set "chat_completions" to true if the service offers chat completions too.`,
    { gateway, code: "unsupported" },
  );
}
