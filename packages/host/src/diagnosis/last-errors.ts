import { dirname, join } from "node:path";
import { GatewayError, isGatewayError } from "@waygate/core";
import { isObject } from "@waygate/core/plugin";
import { removeLeftoversIn } from "../files/leftovers.ts";
import { readRegularFileSync } from "../files/read-regular-file.ts";
import { decodeText } from "../files/read-text.ts";
import { writeAtomically } from "../files/write-atomically.ts";
import { fingerprint } from "../models/disk-cache.ts";

/** The last failure of a gateway's requests. */
export interface LastError {
  /** A `GatewayError`, or what a plugin threw in its place. */
  readonly error: unknown;
  /** In milliseconds since 1970. */
  readonly at: number;
}

/** In milliseconds, in characters, and the largest file that is read, in bytes. */
const limits = { age: 7 * 24 * 60 * 60 * 1000, message: 2000, bytes: 64 * 1024 };

/**
 * Remembers what went wrong last with each gateway, for other programs too: whoever asks what is wrong has often ended
 * the program that met it. Errors hold no keys; on disk they are their code and their message, for this user alone.
 */
export class LastErrors {
  readonly #folder: string | undefined;
  readonly #known = new Map<string, LastError>();
  #writing: Promise<void> = Promise.resolve();

  /** Without a folder they are forgotten with the program. */
  constructor(folder: string | undefined) {
    this.#folder = folder === undefined ? undefined : join(folder, "errors");
  }

  set(gateway: string, error: unknown): void {
    const last = { error, at: Date.now() };
    this.#known.set(gateway, last);
    const file = this.#file(gateway);
    if (file === undefined || !isGatewayError(error)) return;
    const { code, message, status } = error;
    const text = JSON.stringify({
      ...{ version: 1, gateway, at: last.at, code, message: message.slice(0, limits.message), status },
    });
    // One after another; what cannot be written is missed by nobody but the next who asks.
    this.#writing = this.#writing
      .then(() => removeLeftoversIn(dirname(file)))
      .then(() => writeAtomically(file, text, 0o600))
      .catch(() => undefined);
  }

  /** Of this program, else of one before it; undefined for what is long past. */
  get(gateway: string): LastError | undefined {
    return this.#known.get(gateway) ?? this.#read(gateway);
  }

  /** Resolves when all is written. */
  settled(): Promise<void> {
    return this.#writing;
  }

  #read(gateway: string): LastError | undefined {
    const file = this.#file(gateway);
    if (file === undefined) return undefined;
    try {
      const content = readRegularFileSync(file, limits.bytes);
      if (content === undefined) return undefined;
      const value: unknown = JSON.parse(decodeText(content.bytes).text);
      if (!isObject(value) || value.version !== 1 || value.gateway !== gateway) return undefined;
      const { at, code, message, status } = value;
      if (
        typeof at !== "number" ||
        Date.now() - at > limits.age ||
        typeof message !== "string" ||
        typeof code !== "string"
      ) {
        return undefined;
      }
      return { at, error: new GatewayError(message, { gateway, code, ...(typeof status === "number" && { status }) }) };
    } catch {
      return undefined;
    }
  }

  #file(gateway: string): string | undefined {
    return this.#folder === undefined ? undefined : join(this.#folder, `${fingerprint(gateway)}.json`);
  }
}
