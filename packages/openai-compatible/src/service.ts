import type { OpenContext } from "@waygate/core/plugin";
import { type ChatService, openChatService } from "@waygate/openai-chat";
import { type AuthHeader, readAuthHeader, withKey } from "./auth-header.ts";
import { chatDialect } from "./chat-dialect.ts";
import { checkHeaders } from "./check-headers.ts";
import { dialects } from "./dialects.ts";
import type { ServiceDialect } from "./service-dialect.ts";
import type { ModelSettings, ServiceSettings } from "./settings.ts";
import { type Query, withQuery } from "./with-query.ts";

/** A service as its settings describe it: where it is, how it is spoken to, and what carries the key. */
export interface Service {
  readonly dialect: ServiceDialect;
  /** The header that the key goes into. */
  readonly authHeader: AuthHeader;
  /** The models of the settings by name. */
  readonly models: ReadonlyMap<string, ModelSettings>;
  readonly chat: ChatService;
  /** The same service with the query that its list of models needs. */
  readonly list: ChatService;
  close(): Promise<void>;
}

/** Opens a service. Nothing is sent. */
export function openService(context: OpenContext<ServiceSettings>, keyVariable: string): Service {
  const { id, settings, credential, transport, notice } = context;
  const service: ServiceDialect = dialects[settings.dialect];
  const models = new Map((settings.available_models ?? []).map((model) => [model.name, model]));
  const authHeader = authHeaderOf(settings.auth_header ?? service.authHeader);
  const { headers, refused } = checkHeaders(settings.custom_headers, authHeader.name);
  for (const message of refused) notice({ code: "header-refused", message });

  const key = () => credential("api_key");
  const open = (...queries: readonly Query[]) =>
    openChatService({
      gateway: id,
      address: withQuery(settings.api_url, settings.extra_query, ...queries),
      async headers() {
        const secret = await key();
        return secret === undefined ? headers : { ...headers, ...withKey(authHeader, secret) };
      },
      secret: key,
      keyHint: (secret) =>
        secret === undefined ? `There is no key: set ${keyVariable}.` : `Check the key in ${keyVariable}.`,
      dialect(name) {
        const model = models.get(name);
        const extras = [settings.extra_body, model?.extra_body].filter((extra) => extra !== undefined);
        return chatDialect(model?.dialect === undefined ? service : dialects[model.dialect], model, extras);
      },
      dispatcher: transport.dispatcher,
    });
  const chat = open();
  const list = Object.keys(service.listQuery).length === 0 ? chat : open(service.listQuery);
  return {
    dialect: service,
    authHeader,
    models,
    chat,
    list,
    async close() {
      await Promise.all([chat.close(), ...(list === chat ? [] : [list.close()])]);
    },
  };
}

/** The settings' own schema has checked it. */
function authHeaderOf(text: string): AuthHeader {
  const header = readAuthHeader(text);
  if (typeof header === "string") throw new TypeError(`auth_header ${header}.`);
  return header;
}
