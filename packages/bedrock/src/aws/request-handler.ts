import type { HttpRequest as SmithyRequest } from "@smithy/types";
import { defaultDeadlines } from "@waygate/core/plugin";
import { type Http, type HttpResponse, readAll } from "@waygate/http";
import { redact } from "@waygate/plugin-kit";
import { limits } from "../limits.ts";

/** An answer as the SDK's clients get it. */
interface SmithyAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/**
 * What the SDK's clients send their requests through, the one seam between them and the network: what they send is
 * theirs, the connection is ours.
 */
export function requestHandler(http: Http) {
  return {
    // Not "h2": providers of credentials take the handler of the client that asks only if it is none.
    metadata: { handlerProtocol: "http/1.1" },
    async handle(
      request: SmithyRequest,
      { abortSignal }: { readonly abortSignal?: unknown } = {},
    ): Promise<{ readonly response: SmithyAnswer }> {
      const signal = abortSignal instanceof AbortSignal ? abortSignal : undefined;
      const response = await http.send({
        method: request.method,
        url: urlOf(request),
        headers: request.headers,
        body: request.body as string | Uint8Array | undefined,
        signal,
        deadlines: defaultDeadlines,
      });
      const { status, headers } = response;
      const body = await readSafely(response, request.headers);
      return { response: { statusCode: status, headers: { ...headers }, body } };
    },
    httpHandlerConfigs: () => ({}),
    updateHttpClientConfig() {},
    // Connections outlive clients: whoever made them closes them.
    destroy() {},
  };
}

export type RequestHandler = ReturnType<typeof requestHandler>;

/** Reads an answer whole. What refuses a request quotes nothing of it that is secret. */
export async function readSafely(response: HttpResponse, asked: Readonly<Record<string, string>>): Promise<Buffer> {
  const succeeded = response.status < 300;
  try {
    const body = await readAll(response, succeeded ? limits.body : limits.errorBody);
    return succeeded ? body : Buffer.from(redact(body.toString("utf8"), secretsIn(asked)));
  } finally {
    response.cancel();
  }
}

/** AWS quotes the headers of a request whose signature it refuses. */
function secretsIn(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    if (lower === "authorization") return value.split(/^Bearer |Signature=/).slice(-1);
    return lower === "x-amz-security-token" || lower === "x-amz-sso_bearer_token" ? [value] : [];
  });
}

/** `path`: escaped already. */
export function urlOf({
  protocol,
  hostname,
  port,
  path,
  query,
}: Pick<SmithyRequest, "protocol" | "hostname" | "port" | "path" | "query">): URL {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) =>
      one === null ? escaped(name) : `${escaped(name)}=${escaped(one)}`,
    ),
  );
  const search = pairs.length === 0 ? "" : `?${pairs.join("&")}`;
  return new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}${search}`);
}

/** As the signature has it: RFC 3986. */
export function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
