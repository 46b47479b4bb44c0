import type { OpenContext } from "@waygate/core/plugin";
import { type ChatService, openChatService, plainDialect } from "@waygate/openai-chat";
import { optionalCredential } from "@waygate/plugin-kit";
import { keyHint } from "./credentials.ts";
import { readFailure } from "./read-failure.ts";
import type { VercelAiGatewaySettings } from "./settings.ts";
import { settingsHeaders } from "./settings-headers.ts";

export interface Service {
  /** For what takes a key: conversations and credit. */
  readonly chat: ChatService;
  /** The list of models, which can be had without a key. */
  getList(signal: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

/** Opens the gateway's API. Nothing is sent. */
export function openService(context: OpenContext<VercelAiGatewaySettings>): Service {
  const { id, settings, credential, transport } = context;
  const { headers } = settingsHeaders(settings);

  const open = (address: string, key: () => Promise<string | undefined>) =>
    openChatService({
      gateway: id,
      address,
      async headers() {
        const secret = await key();
        return secret === undefined ? headers : { ...headers, authorization: `Bearer ${secret}` };
      },
      secret: () => optionalCredential(context, "api_key"),
      keyHint,
      dialect: () => plainDialect,
      readFailure,
      limits: context.limits,
      dispatcher: transport.dispatcher,
    });
  const chat = open(settings.api_url, () => credential("api_key"));
  const list = open(withMappings(settings.api_url), () => optionalCredential(context, "api_key"));
  return {
    chat,
    getList: (signal) => list.getJson("/models", signal),
    async close() {
      await Promise.all([chat.close(), list.close()]);
    },
  };
}

/** An address as it may be shown: a query can hold a key. */
export function withoutQuery(address: string): string {
  const url = new URL(address);
  url.search = "";
  return url.href;
}

/** With mappings the list says of each model what parameters and modalities it takes, too. */
function withMappings(address: string): string {
  const url = new URL(address);
  url.searchParams.set("include_mappings", "true");
  return url.href;
}
