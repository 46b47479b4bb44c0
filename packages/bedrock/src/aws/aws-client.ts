import type { BedrockClient as ControlClient } from "@aws-sdk/client-bedrock";
import type { BuildMiddleware, HttpRequest } from "@smithy/types";
import { abortable, type Deadlines } from "@waygate/core/plugin";
import type { HttpResponse } from "@waygate/http";
import { credentialsHang } from "../credentials/credential-failure.ts";
import { CredentialSearch } from "../credentials/credential-search.ts";
import type { Auth, Sourced } from "../credentials/setup.ts";
import { isClockSkew, ServiceError } from "../failure/service-error.ts";
import type { ConverseInput } from "../request/converse-input.ts";
import { type AwsClientOptions, type ClientConfig, clientConfig } from "./client-config.ts";
import { once } from "./once.ts";
import { readSafely, requestHandler } from "./request-handler.ts";
import { type Operation, SignedRequests } from "./signed-requests.ts";

/** A successful answer, not looked into yet. */
export type Body = { readonly headers: Readonly<Record<string, string>> } & (
  | { readonly whole: Uint8Array }
  | { readonly stream: HttpResponse }
);

/** The SDK's clients for one setup. Nothing of the SDK is loaded before the first use. */
export interface AwsClient {
  /** The region that requests go to. */
  region(): Promise<Sourced>;
  /** Sends a request. Rejects with a `ServiceError`, the signal's reason, or what broke on the way. */
  send(operation: Operation, input: ConverseInput, options: SendOptions): Promise<Body>;
  /** The client that knows models, inference profiles and guardrails. */
  control(): Promise<ControlClient>;
  /** The account that the credentials belong to, where they say so. Rejects where there are none. */
  account(signal: AbortSignal): Promise<string | undefined>;
  /** Whether credentials are looked for while no request waits for them any more. */
  readonly searchesInVain: boolean;
}

export interface SendOptions {
  readonly signal: AbortSignal;
  readonly deadlines: Deadlines;
}

export function awsClient(options: AwsClientOptions): AwsClient {
  const { gateway, setup, http, headers } = options;
  const handler = requestHandler(http);
  const search = new CredentialSearch(handler, () => credentialsHang(gateway, setup.auth));
  const config = once((): Promise<ClientConfig> => clientConfig(options, handler, search));

  const runtime = once(async () => {
    const { BedrockRuntimeClient } = await import("@aws-sdk/client-bedrock-runtime");
    const client = new BedrockRuntimeClient((await config()).fields);
    return { client, requests: new SignedRequests(client, headers) };
  });

  const control = once(async () => {
    const { BedrockClient } = await import("@aws-sdk/client-bedrock");
    const client = new BedrockClient((await config()).fields);
    client.middlewareStack.add(withHeaders(headers), { step: "build", name: "waygateHeaders" });
    // Without them there is nothing to ask for.
    if (!hasApiKey(setup.auth)) await client.config.credentials();
    return client;
  });

  /** How many requests wait to be signed. */
  let waiting = 0;

  return {
    region: async () => setup.region ?? (await config()).region,
    async send(operation, input, { signal, deadlines }) {
      const { requests } = await runtime();
      signal.throwIfAborted();
      waiting += 1;
      const request = await abortable(requests.make(operation, input), signal).finally(() => {
        waiting -= 1;
      });
      const response = await http.send({ ...request, signal, deadlines });
      const { status, headers } = response;
      if (status === 200 && operation === "converse-stream") return { headers, stream: response };
      const body = await readSafely(response, request.headers);
      if (status === 200) return { headers, whole: body };
      const error = new ServiceError(status, headers, body.toString("utf8"));
      if (isClockSkew(error)) requests.setClock(headers);
      throw error;
    },
    control,
    get searchesInVain() {
      return search.pending && waiting === 0;
    },
    async account(signal) {
      if (hasApiKey(setup.auth)) return undefined;
      const { client } = await runtime();
      return (await abortable(client.config.credentials(), signal)).accountId;
    },
  };
}

/** An API key is no credentials, and belongs to no account. The SDK's own search takes one before all else. */
function hasApiKey({ method }: Auth): boolean {
  return method === "api_key" || (method === "default" && Boolean(process.env.AWS_BEARER_TOKEN_BEDROCK));
}

/** Set before the signature is made, so that it covers them. */
function withHeaders<Input extends object, Output extends object>(
  headers: Readonly<Record<string, string>>,
): BuildMiddleware<Input, Output> {
  return (next) => (args) => {
    Object.assign((args.request as HttpRequest).headers, headers);
    return next(args);
  };
}
