import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from "node:zlib";

/** Receives a decoded body. */
export interface DecodedBody {
  decoded(piece: Buffer): void;
  decodedAll(): void;
  /** `error` says which encoding could not be decoded, and why. */
  undecodable(error: Error): void;
}

const decoders: Readonly<Record<string, (first: Buffer) => Transform>> = {
  gzip: () => createGunzip(),
  "x-gzip": () => createGunzip(),
  // With the header of zlib, as the standard has it, or without, as some servers send it.
  deflate: (first) => (((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw()),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
};

/**
 * Decodes a compressed body. No request offers to read one, but some proxies and services compress all the same. Damage
 * and an early end are errors.
 */
export class BodyDecoder {
  readonly #encoding: string;
  readonly #create: (first: Buffer) => Transform;
  readonly #body: DecodedBody;
  /** Created with the first piece. */
  #transform: Transform | undefined;
  #paused = false;

  /** Returns a decoder for a `content-encoding`. A body whose encoding is none or unknown is read as it is. */
  static of(contentEncoding: string | undefined, body: DecodedBody): BodyDecoder | undefined {
    const encoding = contentEncoding?.trim().toLowerCase() ?? "";
    const create = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined;
    return create === undefined ? undefined : new BodyDecoder(encoding, create, body);
  }

  private constructor(encoding: string, create: (first: Buffer) => Transform, body: DecodedBody) {
    this.#encoding = encoding;
    this.#create = create;
    this.#body = body;
  }

  write(piece: Buffer): void {
    this.#transform ??= this.#connect(this.#create(piece));
    this.#transform.write(piece);
  }

  /** All pieces have been written. A body without any is empty, whatever its encoding. */
  end(): void {
    if (this.#transform === undefined) this.#body.decodedAll();
    else this.#transform.end();
  }

  pause(): void {
    this.#paused = true;
    this.#transform?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#transform?.resume();
  }

  destroy(): void {
    this.#transform?.destroy();
  }

  #connect(transform: Transform): Transform {
    transform.on("data", (piece: Buffer) => this.#body.decoded(piece));
    transform.on("end", () => this.#body.decodedAll());
    transform.on("error", (error) => {
      const words = `The answer has the content-encoding "${this.#encoding}" and cannot be decoded: ${error.message}`;
      this.#body.undecodable(new Error(words, { cause: error }));
    });
    if (this.#paused) transform.pause();
    return transform;
  }
}
