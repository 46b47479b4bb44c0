import type { OpenContext } from "@waygate/core/plugin";
import { type CheckedHeaders, checkHeaders } from "@waygate/http";
import { type ChatService, openChatService } from "@waygate/openai-chat";
import { type AuthHeader, readAuthHeader, withKey } from "./auth-header.ts";
import { chatDialect } from "./chat-dialect.ts";
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
  const { id, settings, credential, transport } = context;
  const service: ServiceDialect = dialects[settings.dialect];
  const models = new Map((settings.available_models ?? []).map((model) => [model.name, model]));
  const authHeader = authHeaderOf(settings);
  const { headers } = customHeaders(settings);

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
      limits: context.limits,
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

/** The headers of the settings that are sent, and those that are left out: the file is no place for a key. */
export function customHeaders(settings: ServiceSettings): CheckedHeaders {
  return checkHeaders(settings.custom_headers, { reserved: [authHeaderOf(settings).name] });
}

/** The settings' own schema has checked it. */
function authHeaderOf({ auth_header, dialect }: ServiceSettings): AuthHeader {
  const header = readAuthHeader(auth_header ?? dialects[dialect].authHeader);
  if (typeof header === "string") throw new TypeError(`auth_header ${header}.`);
  return header;
}
