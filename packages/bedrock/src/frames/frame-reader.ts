import { crc32 } from "node:zlib";
import { limits } from "../limits.ts";
import { FrameError, type FrameHeaders, headersOf } from "./frame-headers.ts";

export interface FrameTaker {
  /** Takes a frame: its payload stands in `bytes` from `start` to `end`, and is gone when the function returns. */
  frame(headers: FrameHeaders, bytes: Buffer, start: number, end: number): void;
}

/** Length, length of the headers, and the checksum of both. */
const preludeLength = 12;
/** A prelude and the checksum at the end. */
const shortest = 16;

/**
 * Takes an `application/vnd.amazon.eventstream` body apart, in whatever pieces it comes. Both checksums of every frame
 * are checked. Nothing is copied but frames that arrive in several pieces.
 */
export class FrameReader {
  /** The pieces of a frame that is not whole yet. */
  #pieces: Buffer[] = [];
  #length = 0;
  /** How many bytes are needed before anything more can be said. */
  #wanted = shortest;

  /** Whether a frame has begun that has not ended. */
  get open(): boolean {
    return this.#length > 0;
  }

  /** Reads a piece of the body. Throws a `FrameError` for what is no frame; what came before it was handed out. */
  feed(piece: Buffer, taker: FrameTaker): void {
    let bytes = piece;
    if (this.#length > 0) {
      this.#pieces.push(piece);
      this.#length += piece.length;
      if (this.#length < this.#wanted) return;
      bytes = Buffer.concat(this.#pieces, this.#length);
      this.#pieces = [];
      this.#length = 0;
    }
    let position = 0;
    while (bytes.length - position >= shortest) {
      const total = checkPrelude(bytes, position);
      if (bytes.length - position < total) {
        this.#wanted = total;
        break;
      }
      this.#readFrame(bytes, position, total, taker);
      position += total;
      this.#wanted = shortest;
    }
    if (position < bytes.length) this.#keep(position === 0 ? bytes : bytes.subarray(position));
  }

  #keep(rest: Buffer): void {
    // The beginning of a frame would keep all alive that came before it in one read of the socket.
    this.#pieces.push(rest.length * 4 < rest.buffer.byteLength ? Buffer.from(rest) : rest);
    this.#length = rest.length;
  }

  #readFrame(bytes: Buffer, position: number, total: number, taker: FrameTaker): void {
    const end = position + total - 4;
    const headersEnd = position + preludeLength + bytes.readUInt32BE(position + 4);
    const start = position + preludeLength;
    taker.frame(headersOf(bytes, start, headersEnd), bytes, headersEnd, end);
  }
}

/** CRC-32 by the byte: for eight of them a call into zlib takes longer. */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => crc32(Buffer.of(byte), 0xffffffff) ^ 0xffffffff);

function crcOfPrelude(bytes: Buffer, position: number): number {
  let crc = 0xffffffff;
  for (let place = position; place < position + 8; place++) {
    crc = (crc >>> 8) ^ (crcTable[(crc ^ (bytes[place] ?? 0)) & 0xff] ?? 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Checks both checksums as far as the bytes reach, and says how long the frame is. */
function checkPrelude(bytes: Buffer, position: number): number {
  const total = bytes.readUInt32BE(position);
  const headersLength = bytes.readUInt32BE(position + 4);
  const checksum = crcOfPrelude(bytes, position);
  if (checksum !== bytes.readUInt32BE(position + 8)) {
    throw new FrameError("the checksum at the beginning of a frame does not match");
  }
  if (total < shortest || total > limits.frame || headersLength > limits.frameHeaders) {
    throw new FrameError(`a frame has a length that cannot be (${total} bytes, ${headersLength} of headers)`);
  }
  if (headersLength > total - shortest) throw new FrameError("the headers of a frame are longer than the frame");
  const end = position + total - 4;
  if (end + 4 > bytes.length) return total;
  // The checksum of the whole frame goes on from that of its first eight bytes.
  if (crc32(bytes.subarray(position + 8, end), checksum) !== bytes.readUInt32BE(end)) {
    throw new FrameError("the checksum of a frame does not match");
  }
  return total;
}
