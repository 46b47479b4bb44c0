import type { BedrockClient as ControlClient } from "@aws-sdk/client-bedrock";
import type { ConverseStreamCommandInput } from "@aws-sdk/client-bedrock-runtime";
import type { BuildMiddleware, HttpRequest } from "@smithy/types";
import type { Deadlines } from "@waygate/core/plugin";
import { type ClientConfig, clientConfig } from "./client-config.ts";
import { CredentialsRefused } from "./credential-failure.ts";
import type { Http, HttpResponse } from "./http.ts";
import { type HandlerOptions, requestHandler, type SmithyAnswer } from "./request-handler.ts";
import { ServiceError, serviceFailure } from "./service-error.ts";
import type { Auth, Setup, Sourced } from "./setup.ts";

export type ConverseInput = ConverseStreamCommandInput;

/** Whether an answer comes in one piece, or as it is said. */
export type Operation = "converse" | "converse-stream";

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
  account(): Promise<string | undefined>;
}

export interface SendOptions {
  readonly signal: AbortSignal;
  readonly deadlines: Deadlines;
}

export interface AwsClientOptions {
  readonly setup: Setup;
  readonly http: Http;
  /** Lower case, checked. Sent and signed with each request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly fips: boolean;
  readonly dualstack: boolean;
}

export function awsClient(options: AwsClientOptions): AwsClient {
  const { setup, headers } = options;
  const answers = new WeakMap<object, Body>();
  const config = once((): Promise<ClientConfig> => clientConfig(options, requestHandler(options.http)));

  const runtime = once(async () => {
    const { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } = await import(
      "@aws-sdk/client-bedrock-runtime"
    );
    const client = new BedrockRuntimeClient((await config()).fields);
    client.middlewareStack.add(withHeaders(headers), { step: "build", name: "waygateHeaders" });
    // Nothing is logged, so nothing has to be made ready for it; and requests are repeated elsewhere. The retrying step can
    // only be replaced: others are placed by its name.
    client.middlewareStack.remove("loggerMiddleware");
    client.middlewareStack.add((next) => next, {
      step: "finalizeRequest",
      name: "retryMiddleware",
      priority: "high",
      override: true,
    });
    // In place of the SDK's own step of this name: its decoding of event streams costs several times all the rest.
    client.middlewareStack.add(
      (next) => async (args) => {
        const { response } = await next(args);
        // What the request handler returned: the SDK's types know nothing of it.
        const { statusCode, headers, body } = response as SmithyAnswer;
        if (!(body instanceof Uint8Array)) answers.set(args.input, { headers, stream: body });
        else if (statusCode === 200) answers.set(args.input, { headers, whole: body });
        else throw new ServiceError(statusCode, headers, Buffer.from(body).toString("utf8"));
        return { response, output: { $metadata: {} } };
      },
      { step: "deserialize", name: "deserializerMiddleware", override: true },
    );
    return {
      client,
      async send(operation: Operation, input: ConverseInput, { signal, deadlines }: SendOptions): Promise<void> {
        // The SDK hands these on to the request handler as they are.
        const options: HandlerOptions & { readonly abortSignal: AbortSignal } = { abortSignal: signal, deadlines };
        if (operation === "converse") await client.send(new ConverseCommand(input), options);
        else await client.send(new ConverseStreamCommand(input), options);
      },
    };
  });

  const control = once(async () => {
    const { BedrockClient } = await import("@aws-sdk/client-bedrock");
    const client = new BedrockClient((await config()).fields);
    client.middlewareStack.add(withHeaders(headers), { step: "build", name: "waygateHeaders" });
    // Its own refusals look like those of the services that give credentials: these are told apart by asking for them first.
    if (!hasApiKey(setup.auth)) await client.config.credentials().catch(throwOfCredentials);
    return client;
  });

  return {
    region: async () => setup.region ?? (await config()).region,
    async send(operation, input, options) {
      const { send } = await runtime();
      options.signal.throwIfAborted();
      await send(operation, input, options).catch(throwOfCredentials);
      const body = answers.get(input);
      if (body === undefined) throw new Error("The SDK reported an answer that it did not hand on.");
      return body;
    },
    control,
    async account() {
      if (hasApiKey(setup.auth)) return undefined;
      const { client } = await runtime();
      return (await client.config.credentials().catch(throwOfCredentials)).accountId;
    },
  };
}

/** An API key is no credentials, and belongs to no account. The SDK's own search takes one before all else. */
function hasApiKey({ method }: Auth): boolean {
  return method === "api_key" || (method === "default" && Boolean(process.env.AWS_BEARER_TOKEN_BEDROCK));
}

/** The runtime service refuses with a `ServiceError`. What else a service says on the way is about credentials. */
function throwOfCredentials(error: unknown): never {
  const failure = error instanceof ServiceError ? undefined : serviceFailure(error);
  throw failure === undefined ? error : new CredentialsRefused(failure);
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

/** What has failed is tried again at the next call: credentials may be there by then. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
