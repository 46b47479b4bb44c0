import { isAscii } from "node:buffer";

/** Decodes UTF-8 that is cut anywhere. Plain ASCII, which answers mostly are, takes a shorter way. */
export class Utf8Decoder {
  readonly #decoder = new TextDecoder();
  /** Whether the last piece may have ended within a character. */
  #pending = false;
  #begun = false;

  decode(bytes: Buffer): string {
    // The first piece may begin with a byte order mark, which the decoder knows to drop.
    if (!this.#pending && this.#begun && isAscii(bytes)) return bytes.toString("latin1");
    this.#begun = true;
    this.#pending = (bytes[bytes.length - 1] ?? 0) >= 0x80;
    return this.#decoder.decode(bytes, { stream: true });
  }

  /** What is left of a character that was never completed: a replacement character, or nothing. */
  end(): string {
    return this.#decoder.decode();
  }
}
