import { isAscii } from "node:buffer";
import { TextDecoder } from "node:util";

/** Decodes UTF-8 that is cut anywhere. Plain ASCII, which most answers are, takes a shorter way. */
export class Utf8Decoder {
  /** Created when it is needed: that costs more than everything else for a short answer. */
  #decoder: TextDecoder | undefined;
  /** Whether the last piece may have ended within a character. */
  #pending = false;
  #begun = false;

  decode(bytes: Buffer): string {
    if (!this.#pending && isAscii(bytes)) {
      this.#begun = true;
      return bytes.toString("latin1");
    }
    // A byte order mark is dropped at the beginning of the text, and only there.
    this.#decoder ??= new TextDecoder("utf-8", { ignoreBOM: this.#begun });
    this.#begun = true;
    this.#pending = (bytes[bytes.length - 1] ?? 0) >= 0x80;
    return this.#decoder.decode(bytes, { stream: true });
  }

  /** Returns what is left of a character that was never completed: a replacement character, or nothing. */
  end(): string {
    return this.#decoder?.decode() ?? "";
  }
}
