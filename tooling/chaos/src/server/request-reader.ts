/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  readonly target: string;
  /** By their names in lower case; of several with one name the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Reads HTTP/1.1 requests from a connection, in whatever pieces they come. */
export class RequestReader {
  #bytes = Buffer.alloc(0);

  /** Whether what is not read yet has this text in it. */
  holds(text: string): boolean {
    return this.#bytes.includes(text);
  }

  /** Returns the requests that are whole with this piece. Throws for what is not a request with a length. */
  feed(piece: Buffer): readonly ReceivedRequest[] {
    this.#bytes = Buffer.concat([this.#bytes, piece]);
    const requests: ReceivedRequest[] = [];
    for (let request = this.#take(); request !== undefined; request = this.#take()) requests.push(request);
    return requests;
  }

  #take(): ReceivedRequest | undefined {
    const end = this.#bytes.indexOf("\r\n\r\n");
    if (end === -1) return undefined;
    const [first = "", ...lines] = this.#bytes.toString("latin1", 0, end).split("\r\n");
    const [, method, target] = /^([A-Z]+) (\S+) HTTP\/1\.1$/.exec(first) ?? [];
    if (method === undefined || target === undefined) throw new Error(`This is not a request line: ${first}`);
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
      }),
    );
    if (headers.has("transfer-encoding")) throw new Error("Requests with a transfer encoding are not read here.");
    const start = end + 4;
    const length = Number(headers.get("content-length") ?? 0);
    if (this.#bytes.length < start + length) return undefined;
    const body = Buffer.from(this.#bytes.subarray(start, start + length));
    this.#bytes = this.#bytes.subarray(start + length);
    return { method, target, headers, body };
  }
}
