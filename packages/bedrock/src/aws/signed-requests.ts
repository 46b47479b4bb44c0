import { hash } from "node:crypto";
import type { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import type { HttpRequest } from "@smithy/types";
import { clockOffset } from "../failure/service-error.ts";
import type { ConverseInput } from "../request/converse-input.ts";
import { once } from "./once.ts";
import { escaped, urlOf } from "./request-handler.ts";

/** Whether an answer comes in one piece, or as it is said. */
export type Operation = "converse" | "converse-stream";

export interface SignedRequest {
  readonly method: "POST";
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** What the SDK decides of a request before it signs it. */
interface Draft {
  readonly address: Pick<HttpRequest, "protocol" | "hostname" | "port">;
  /** What stands before `/model/`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Makes requests to the runtime service. The SDK drafts one; those that are sent have its address and its headers, a body
 * of their own, and the SDK's signature or its bearer token. To have the SDK build each of them anew takes several times
 * as long as all that is done to a short answer.
 */
export class SignedRequests {
  readonly #client: BedrockRuntimeClient;
  /** Lower case, checked. Sent and signed with each request. */
  readonly #headers: Readonly<Record<string, string>>;
  readonly #lastingDraft = once(() => this.#makeDraft());
  readonly #signer = once(() => this.#client.config.signer());
  /** How much the service's clock is ahead of this machine's, in milliseconds. */
  #clockOffset = 0;

  constructor(client: BedrockRuntimeClient, headers: Readonly<Record<string, string>>) {
    this.#client = client;
    this.#headers = headers;
  }

  /** Rejects where there are no credentials, or the SDK finds fault with the setup. */
  async make(operation: Operation, { modelId, ...input }: ConverseInput): Promise<SignedRequest> {
    const draft = await this.#draft();
    const request = {
      ...draft.address,
      method: "POST" as const,
      path: `${draft.path}/model/${escaped(modelId ?? "")}/${operation}`,
      headers: { ...draft.headers, ...this.#headers },
      body: wellFormed(JSON.stringify(input)),
    };
    const token = await this.#token();
    const headers =
      token === undefined ? await this.#sign(request) : { ...request.headers, authorization: `Bearer ${token}` };
    return { method: request.method, url: urlOf(request), headers, body: request.body };
  }

  /** Learns what time it is from the headers of an answer that refused a signature for its time. */
  setClock(headers: Readonly<Record<string, string>>): void {
    this.#clockOffset = clockOffset(headers) ?? this.#clockOffset;
  }

  /** A bearer token, where the SDK would send one. */
  async #token(): Promise<string | undefined> {
    const { authSchemePreference, httpAuthSchemes, token, profile } = this.#client.config;
    const preferred = (await authSchemePreference()).find((name) => name === "sigv4" || name === "httpBearerAuth");
    if (preferred !== "httpBearerAuth") return undefined;
    const scheme = httpAuthSchemes.find(({ schemeId }) => schemeId === "smithy.api#httpBearerAuth");
    const find = scheme?.identityProvider({ getIdentityProvider: () => token });
    const identity: object | undefined = await find?.(profile === undefined ? {} : { profile });
    return identity !== undefined && "token" in identity ? String(identity.token) : undefined;
  }

  async #sign(request: HttpRequest & { readonly body: string }): Promise<Record<string, string>> {
    const signer = await this.#signer();
    // The signer takes the body's hash from here, and needs several times as long to make it.
    request.headers["x-amz-content-sha256"] = hash("sha256", request.body, "hex");
    const { headers } = await signer.sign(request, { signingDate: new Date(Date.now() + this.#clockOffset) });
    return headers;
  }

  #draft(): Promise<Draft> {
    // In a Lambda function, the headers by which AWS traces it are another at each of its invocations.
    return process.env.AWS_LAMBDA_FUNCTION_NAME ? this.#makeDraft() : this.#lastingDraft();
  }

  async #makeDraft(): Promise<Draft> {
    const { ConverseStreamCommand } = await import("@aws-sdk/client-bedrock-runtime");
    const command = new ConverseStreamCommand({ modelId: "any", messages: [] });
    let draft: Draft | undefined;
    // The last step before the SDK would sign it and send it.
    command.middlewareStack.add(
      () => async (args) => {
        const { protocol, hostname, port, path, headers } = args.request as HttpRequest;
        const { "content-length": _, ...common } = headers;
        const address = { protocol, hostname, ...(port !== undefined && { port }) };
        draft = { address, path: path.slice(0, path.lastIndexOf("/model/")), headers: common };
        return { response: undefined, output: { stream: undefined, $metadata: {} } };
      },
      { step: "build", priority: "low", name: "waygateDraft" },
    );
    await this.#client.send(command);
    if (draft === undefined) throw new Error("The SDK made no request.");
    return draft;
  }
}

/**
 * Halves of characters, as a tool leaves them that cuts off its output anywhere, become the sign for what cannot be read:
 * models refuse the request otherwise. JSON has them as escapes, which nothing else of theirs looks like.
 */
function wellFormed(json: string): string {
  if (!json.includes("\\ud")) return json;
  return json.replace(/(\\\\)|\\ud[89a-f][0-9a-f]{2}/g, (_, backslash: string | undefined) => backslash ?? "\ufffd");
}
