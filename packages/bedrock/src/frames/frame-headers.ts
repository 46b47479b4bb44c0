/** What the headers of a frame say, as far as it matters here. */
export interface FrameHeaders {
  /** `event`, `exception` or `error`. */
  readonly messageType: string;
  /** Such as `contentBlockDelta`. */
  readonly eventType: string;
  /** Such as `throttlingException`. */
  readonly exceptionType: string;
  readonly errorCode: string;
  readonly errorMessage: string;
}

/** Bytes that are no frames, or that were damaged on their way. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** Blocks of headers that were read before. */
interface Known {
  readonly block: Buffer;
  readonly headers: FrameHeaders;
}

/** So many of them are kept; a stream has half a dozen. */
const mostKnown = 16;
/** In bytes: a longer block is not one of those that come again and again. */
const longestKnown = 256;
const known: Known[] = [];
/** The one that was met last: nearly every frame has the headers of the one before it, of whatever stream. */
let latest: Known = { block: Buffer.alloc(0), headers: readHeaders(Buffer.alloc(0), 0, 0) };

/** Reads the headers that stand in `bytes` from `start` to `end`. */
export function headersOf(bytes: Buffer, start: number, end: number): FrameHeaders {
  if (!isAt(latest.block, bytes, start, end)) latest = find(bytes, start, end);
  return latest.headers;
}

function find(bytes: Buffer, start: number, end: number): Known {
  const found = known.find(({ block }) => isAt(block, bytes, start, end));
  if (found !== undefined) return found;
  const read = { block: Buffer.from(bytes.subarray(start, end)), headers: readHeaders(bytes, start, end) };
  if (read.block.length <= longestKnown && read.headers.messageType === "event") {
    if (known.length >= mostKnown) known.shift();
    known.push(read);
  }
  return read;
}

function isAt(block: Buffer, bytes: Buffer, start: number, end: number): boolean {
  return end - start === block.length && bytes.compare(block, 0, block.length, start, end) === 0;
}

/** Lengths of the values of a fixed size, by type: true, false, byte, short, integer, long, and timestamp, UUID. */
const valueLengths: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 };
const bytesType = 6;
const stringType = 7;

function readHeaders(bytes: Buffer, start: number, end: number): FrameHeaders {
  const found = new Map<string, string>();
  let position = start;
  const take = (length: number): number => {
    const from = position;
    position += length;
    if (position > end) throw new FrameError("the headers of a frame end in the middle of a header");
    return from;
  };
  while (position < end) {
    const nameLength = bytes.readUInt8(take(1));
    const nameStart = take(nameLength);
    const name = bytes.toString("utf8", nameStart, position);
    const type = bytes.readUInt8(take(1));
    const length =
      type === bytesType || type === stringType ? bytes.readUInt16BE(take(2)) : (valueLengths[type] ?? Number.NaN);
    if (Number.isNaN(length)) throw new FrameError(`a header of a frame is of the type ${type}, which there is not`);
    const valueStart = take(length);
    if (type === stringType) found.set(name, bytes.toString("utf8", valueStart, position));
  }
  return {
    messageType: found.get(":message-type") ?? "event",
    eventType: found.get(":event-type") ?? "",
    exceptionType: found.get(":exception-type") ?? "",
    errorCode: found.get(":error-code") ?? "",
    errorMessage: found.get(":error-message") ?? "",
  };
}
