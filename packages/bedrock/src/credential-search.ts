import type { fromIni } from "@aws-sdk/credential-providers";
import { limits } from "./limits.ts";

/** What the SDK calls to have credentials. */
export type Provider = ReturnType<typeof fromIni>;

/** Bounds the time that the SDK may look for credentials, which it does without a limit and without a signal. */
export class CredentialSearch {
  readonly #tooLong: () => Error;
  #pending = 0;

  /** `tooLong`: makes the error of a search that takes longer than `limits.credentialsMs`. */
  constructor(tooLong: () => Error) {
    this.#tooLong = tooLong;
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
      try {
        return await Promise.race([provider(properties), promise]);
      } finally {
        clearTimeout(timer);
        this.#pending -= 1;
      }
    };
  }
}
