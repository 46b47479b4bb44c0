import type { fromIni } from "@aws-sdk/credential-providers";
import { isGatewayError } from "@waygate/core/plugin";
import type { RequestHandler } from "../aws/request-handler.ts";
import { clockOffset, isClockSkew, isTransient, ServiceError, serviceFailure } from "../failure/service-error.ts";
import { limits } from "../limits.ts";
import { CredentialsRefused, CredentialsUnreachable, isCredentialError, NoCredentials } from "./credential-failure.ts";

/** What the SDK calls to have credentials. */
export type Provider = ReturnType<typeof fromIni>;

export interface CredentialClientConfig {
  readonly requestHandler: RequestHandler;
  readonly maxAttempts: number;
  /** In milliseconds. */
  readonly systemClockOffset: number;
}

/**
 * Bounds the time that the SDK may look for credentials, which it does without a limit and without a signal, and knows
 * why it found none, of which its errors often keep no more than words.
 */
export class CredentialSearch {
  readonly #handler: RequestHandler;
  readonly #tooLong: () => Error;
  #pending = 0;
  /** How the last of those exchanges failed; undefined where it did not. */
  #failure: CredentialsUnreachable | ServiceError | undefined;
  #clockOffset = 0;

  /** `tooLong`: makes the error of a search that takes longer than `limits.credentialsMs`. */
  constructor(handler: RequestHandler, tooLong: () => Error) {
    this.#handler = { ...handler, handle: (...asked) => this.#watch(asked[0].hostname, handler.handle(...asked)) };
    this.#tooLong = tooLong;
  }

  /** What the clients are made with that ask services for credentials. Not for keeping: the clock may be learnt. */
  get clientConfig(): CredentialClientConfig {
    // Whether a request is repeated is decided in one place, and that is not here.
    return { requestHandler: this.#handler, maxAttempts: 1, systemClockOffset: this.#clockOffset };
  }

  /** Whether a search is under way. */
  get pending(): boolean {
    return this.#pending > 0;
  }

  /** `make`: another provider each time, as one may wait for ever for what it has begun. */
  bound(make: () => Provider): Provider {
    let provider = make();
    return async (properties) => {
      const { promise, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(() => {
        provider = make();
        reject(this.#tooLong());
      }, limits.credentialsMs);
      this.#pending += 1;
      this.#failure = undefined;
      try {
        return await Promise.race([provider(properties), promise]);
      } catch (error) {
        throw this.#reason(error);
      } finally {
        clearTimeout(timer);
        this.#pending -= 1;
      }
    };
  }

  async #watch(host: string, exchange: ReturnType<RequestHandler["handle"]>): ReturnType<RequestHandler["handle"]> {
    try {
      const answer = await exchange;
      const { statusCode, headers, body } = answer.response;
      const isFailure = statusCode >= 400;
      this.#failure = isFailure ? new ServiceError(statusCode, headers, Buffer.from(body).toString("utf8")) : undefined;
      return answer;
    } catch (error) {
      this.#failure = new CredentialsUnreachable(host, error);
      throw error;
    }
  }

  /** Whatever a search fails with is about credentials. */
  #reason(error: unknown): unknown {
    if (isGatewayError(error)) return error;
    if (this.#failure instanceof CredentialsUnreachable) return this.#failure;
    const refusal = serviceFailure(error);
    if (refusal !== undefined) {
      if (isClockSkew(refusal)) this.#clockOffset = clockOffset(refusal.headers) ?? this.#clockOffset;
      return new CredentialsRefused(refusal);
    }
    if (this.#failure !== undefined && isTransient(this.#failure)) return new CredentialsRefused(this.#failure);
    if (isCredentialError(error)) return error;
    return new NoCredentials(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
