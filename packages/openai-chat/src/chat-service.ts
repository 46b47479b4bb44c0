import {
  defaultDeadlines,
  defaultLimits,
  functionTools,
  GatewayError,
  isGatewayError,
  type JsonObject,
  type Limits,
  type ModelEvent,
  type ModelRequest,
} from "@waygate/core/plugin";
import { batches, type HttpRequest, type HttpResponse, type Opened, openHttp, readAll } from "@waygate/http";
import {
  connectionFailure,
  decodeBody,
  type FailureContext,
  type FailureReader,
  failureOfResponse,
  type Secret,
} from "@waygate/plugin-kit";
import { Amendments } from "./amendments.ts";
import { AnswerDecoder } from "./answer-decoder.ts";
import type { ChatDialect } from "./chat-dialect.ts";
import { encodeRequest } from "./encode-request.ts";
import { limits } from "./limits.ts";

export interface ChatServiceOptions {
  /** The id of the gateway, for errors. */
  readonly gateway: string;
  /** The address, such as `https://host/v1`. Its query is sent with each request. */
  readonly address: string;
  /** Returns the headers of a request. Called for each request, so that a new key applies at once. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
  /** Returns the keys that the headers carry. Errors show `***` instead if the service repeats them. */
  readonly secret: () => Promise<Secret>;
  /** What to do if the service rejects the key. A function receives the key. */
  readonly keyHint: string | ((secret: Secret) => string);
  readonly dialect: (model: string) => ChatDialect;
  /** Reads what the errors of this service mean beyond what all services have in common. */
  readonly readFailure?: FailureReader | undefined;
  /** Limits on an answer: those of `OpenContext`. Default: `defaultLimits`. */
  readonly limits?: Limits | undefined;
  /** An undici `Dispatcher` to send through. Default: an own agent. */
  readonly dispatcher?: object | undefined;
}

export interface RequestManner {
  readonly dialect?: ChatDialect | undefined;
  /** Replaces `headers` of the service. Called when the request is sent. */
  readonly headers?: ChatServiceOptions["headers"] | undefined;
  /** Replaces `secret` of the service, for bodies that carry keys. */
  readonly secret?: ChatServiceOptions["secret"] | undefined;
}

/** A service with chat completions, as far as a gateway plugin needs it. */
export interface ChatService {
  /** Sends a request. `manner`: what differs from the options of the service for this request. */
  stream(request: ModelRequest, manner?: RequestManner): AsyncIterable<readonly ModelEvent[]>;
  /** Sends a GET to a path below the address. Rejects with a `GatewayError` unless the response is JSON with status 200. */
  getJson(path: string, signal: AbortSignal): Promise<unknown>;
  /** Closes all connections. */
  close(): Promise<void>;
}

const advice = {
  ifRefused: "Start the service, or correct its address in the settings.",
  ifUnknown: "Check the address in the settings, and the network.",
};

/** Opens a service. Nothing is sent, and undici is not loaded, before the first request. */
export function openChatService(options: ChatServiceOptions): ChatService {
  const { gateway, address } = options;
  const http = openHttp({ dispatcher: options.dispatcher });
  const amendments = new Amendments();
  let completions: URL | undefined;

  const unreached = (url: URL, error: unknown) => connectionFailure({ gateway, host: url.origin, ...advice }, error);

  const exchange = (request: HttpRequest & { readonly signal: AbortSignal }): Promise<HttpResponse> =>
    http.send(request).catch((error: unknown) => {
      throw request.signal.aborted ? request.signal.reason : unreached(request.url, error);
    });

  const context = async (model: string, keys = options.secret): Promise<FailureContext> => {
    const { keyHint, readFailure } = options;
    const secret = await keys();
    return { gateway, model, keyHint: typeof keyHint === "string" ? keyHint : keyHint(secret), secret, readFailure };
  };

  /** Sends a request. If the service rejects a parameter, it is sent again without, as nothing has been answered yet. */
  async function ask(
    { model, signal, deadlines = defaultDeadlines }: ModelRequest,
    encoded: JsonObject,
    failure: FailureContext,
    ownHeaders: ChatServiceOptions["headers"],
  ): Promise<{ readonly response: HttpResponse; readonly changes: readonly string[] }> {
    completions ??= urlBelow(address, "/chat/completions");
    const url = completions;
    const headers = { ...(await ownHeaders()), "content-type": "application/json", accept: "text/event-stream" };
    const changes: string[] = [];
    for (;;) {
      const body = amendments.apply(model, encoded);
      const response = await exchange({ method: "POST", url, headers, body: JSON.stringify(body), deadlines, signal });
      if (response.status === 200) return { response, changes };
      const error = await failureOfResponse(failure, response, url);
      const change = amendments.learn(model, body, error);
      if (change === undefined) throw error;
      changes.push(change);
    }
  }

  async function open(request: ModelRequest, manner: RequestManner): Promise<Opened<readonly ModelEvent[]>> {
    const { signal, model } = request;
    const { dialect = options.dialect(model), headers = options.headers } = manner;
    const failure = await context(model, manner.secret);
    const { response, changes } = await ask(request, encodeRequest(request, dialect), failure, headers);
    const { reasoningKeepsModel, readEnd, readChunk, reasoningTag } = dialect;
    const decoder = new AnswerDecoder({
      ...failure,
      tools: new Set(functionTools(request.tools).map(({ name }) => name)),
      keepReasoningDetails: dialect.reasoningReplay === "reasoning_details",
      limits: options.limits ?? defaultLimits,
      reasoningTag,
      reasoningKeepsModel,
      readEnd,
      readChunk,
    });
    const ready = changes.length === 0 ? [] : [[amended(gateway, model, changes)]];
    const tell = (error: unknown): unknown => {
      if (signal.aborted) return signal.reason;
      return isGatewayError(error) ? error : unreached(new URL(address), error);
    };
    return { reading: decodeBody(response, decoder), ready, tell };
  }

  return {
    stream: (request, manner = {}) => batches(() => open(request, manner)),
    async getJson(path, signal) {
      const url = urlBelow(address, path);
      const headers = { ...(await options.headers()), accept: "application/json" };
      const response = await exchange({ method: "GET", url, headers, deadlines: defaultDeadlines, signal });
      try {
        if (response.status !== 200) throw await failureOfResponse(await context(""), response, url);
        return JSON.parse(String(await readAll(response, limits.body)));
      } catch (error) {
        if (signal.aborted || isGatewayError(error)) throw error;
        if (!(error instanceof SyntaxError)) throw unreached(url, error);
        throw new GatewayError(`Gateway "${gateway}" answered ${url.pathname} with something that is not valid JSON.`, {
          gateway,
          code: "protocol",
          cause: error,
        });
      } finally {
        response.cancel();
      }
    },
    close: () => http.close(),
  };
}

function amended(gateway: string, model: string, changes: readonly string[]): ModelEvent {
  const message = `${gateway}:${model} does not take the request as it was: ${changes.join(", ")}.`;
  return { type: "notice", code: "request-amended", message };
}

/** Returns the address of a path below an address, with its query: Azure's has the API version there. */
function urlBelow(address: string, path: string): URL {
  const url = new URL(address);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${path}`;
  return url;
}
