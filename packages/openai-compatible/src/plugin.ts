import { contractVersion, definePlugin, type Gateway, GatewayError, type OpenContext } from "@waygate/core/plugin";
import { openChatService } from "@waygate/openai-chat";
import { dialectOf, withDefaults } from "./dialect.ts";
import { checkHeaders } from "./headers.ts";
import { outputLimit, toModel } from "./models.ts";
import { type ServiceSettings, settings } from "./settings.ts";

/** Any service that speaks OpenAI's chat completions: one gateway for each entry of `openai_compatible`. */
export const openaiCompatible = definePlugin({
  id: "openai_compatible",
  name: "OpenAI-compatible",
  contract: contractVersion,
  settingsKey: "openai_compatible",
  instances: "map",
  settings,
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
  open,
});

function open({ id, settings, credential, transport, notice }: OpenContext<ServiceSettings>): Gateway {
  const models = new Map(settings.available_models.map((model) => [model.name, model]));
  const { headers, refused } = checkHeaders(settings.custom_headers);
  for (const message of refused) notice({ code: "header-refused", message });
  const key = () => credential("api_key");
  const service = openChatService({
    gateway: id,
    address: settings.api_url,
    async headers() {
      const secret = await key();
      return secret === undefined ? headers : { ...headers, authorization: `Bearer ${secret}` };
    },
    secret: key,
    keyHint: `Check the key in ${keyVariable(id)}.`,
    dialect: (model) => dialectOf(models.get(model)),
    dispatcher: transport.dispatcher,
  });
  const list = settings.available_models.map(toModel);

  return {
    models: () => Promise.resolve(list),
    model: (name) => list.find((model) => model.id === name),
    stream(request) {
      const model = models.get(request.model);
      if (model?.capabilities.chat_completions === false) throw responsesRefused(id, request.model);
      return service.stream(withDefaults(request, model, model && outputLimit(model)));
    },
    close: () => service.close(),
  };
}

/** `my-gateway` → `MY_GATEWAY_API_KEY` */
export function keyVariable(id: string): string {
  return `${id.replace(/[^A-Za-z0-9]+/g, "_").toUpperCase()}_API_KEY`;
}

function responsesRefused(gateway: string, model: string): GatewayError {
  return new GatewayError(
    `The model "${model}" of gateway "${gateway}" is set to be asked through /responses ("chat_completions": false), ` +
      `which is not supported yet. Set "chat_completions" to true if the service offers chat completions too.`,
    { gateway, code: "unsupported" },
  );
}
