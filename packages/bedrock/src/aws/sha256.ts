import { createHash, createHmac, createSecretKey, type Hash, type Hmac, type KeyObject } from "node:crypto";
import type { Checksum, SourceData } from "@smithy/types";

/**
 * SHA-256 as the SDK's signer takes it. Node makes an object of a key for each HMAC that is given a plain one, which takes
 * longer than all the rest of a signature; here keys that come again and again keep theirs.
 */
export class Sha256 implements Checksum {
  readonly #secret: SourceData | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: SourceData) {
    this.#secret = secret;
    this.#hash = begin(secret);
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = begin(this.#secret);
  }
}

function begin(secret: SourceData | undefined): Hash | Hmac {
  return secret === undefined ? createHash("sha256") : createHmac("sha256", keyOf(secret));
}

/** Of the keys that the signer derives and keeps. */
const derived = new WeakMap<object, KeyObject>();
/** The key that credentials hold: one at a time, as they are seldom many. */
let latest: { readonly secret: string; readonly key: KeyObject } | undefined;

function keyOf(secret: SourceData): KeyObject {
  if (typeof secret === "string") {
    if (latest?.secret !== secret) latest = { secret, key: createSecretKey(secret, "utf8") };
    return latest.key;
  }
  const known = derived.get(secret);
  if (known !== undefined) return known;
  const key = createSecretKey(bytesOf(secret));
  derived.set(secret, key);
  return key;
}

function bytesOf(secret: Exclude<SourceData, string>): Uint8Array {
  if (!ArrayBuffer.isView(secret)) return new Uint8Array(secret);
  return new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength);
}
