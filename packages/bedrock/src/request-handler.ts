import type { HttpRequest as SmithyRequest } from "@smithy/types";
import { type Deadlines, defaultDeadlines } from "@waygate/core/plugin";
import { blot } from "./failure.ts";
import { type Http, type HttpResponse, readAll } from "./http.ts";
import { limits } from "./limits.ts";

/** An answer as the SDK's clients get it. The body of a stream is left to whoever reads it; every other one is whole. */
export interface SmithyAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | HttpResponse;
}

/** What one request is sent with: what its caller handed to `client.send`. */
export interface HandlerOptions {
  readonly abortSignal?: unknown;
  /** Default: `defaultDeadlines`. */
  readonly deadlines?: Deadlines;
}

/**
 * What the SDK's clients send their requests through, the one seam between them and the network: credentials,
 * signature and address are theirs, the connection is ours.
 */
export function requestHandler(http: Http) {
  return {
    // Not "h2": providers of credentials take the handler of the client that asks only if it is none.
    metadata: { handlerProtocol: "http/1.1" },
    async handle(
      request: SmithyRequest,
      { abortSignal, deadlines = defaultDeadlines }: HandlerOptions = {},
    ): Promise<{ readonly response: SmithyAnswer }> {
      const signal = abortSignal instanceof AbortSignal ? abortSignal : undefined;
      const response = await http.send({
        method: request.method,
        url: urlOf(request),
        headers: request.headers,
        body: request.body as string | Uint8Array | undefined,
        signal,
        deadlines,
      });
      const { status, headers } = response;
      if (status === 200 && request.path.endsWith("/converse-stream")) {
        return { response: { statusCode: status, headers: { ...headers }, body: response } };
      }
      try {
        const body = await readAll(response, status < 300 ? limits.body : limits.errorBody);
        const safe = status < 300 ? body : Buffer.from(blot(body.toString("utf8"), secretsIn(request.headers)));
        return { response: { statusCode: status, headers: { ...headers }, body: safe } };
      } finally {
        response.cancel();
      }
    },
    httpHandlerConfigs: () => ({}),
    updateHttpClientConfig() {},
    // Connections outlive clients: whoever made them closes them.
    destroy() {},
  };
}

export type RequestHandler = ReturnType<typeof requestHandler>;

/** AWS quotes the headers of a request whose signature it refuses. */
function secretsIn(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    if (lower === "authorization") return value.split(/^Bearer |Signature=/).slice(-1);
    return lower === "x-amz-security-token" || lower === "x-amz-sso_bearer_token" ? [value] : [];
  });
}

function urlOf({ protocol, hostname, port, path, query }: SmithyRequest): URL {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) =>
      one === null ? escaped(name) : `${escaped(name)}=${escaped(one)}`,
    ),
  );
  const search = pairs.length === 0 ? "" : `?${pairs.join("&")}`;
  return new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}${search}`);
}

/** As the signature has it: RFC 3986. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
