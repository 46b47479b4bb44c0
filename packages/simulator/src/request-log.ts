import type { IncomingHttpHeaders } from "node:http";

/** One HTTP request as it arrived, refused ones included. */
export interface RecordedRequest {
  readonly method: string;
  /** As sent, with the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** Parsed where it is JSON, else its text; `undefined` while it is arriving and where there is none. */
  readonly body: unknown;
  /** Whether the client went away before the response was complete. */
  readonly closedByClient: boolean;
}

export interface LogEntry extends RecordedRequest {
  body: unknown;
  closedByClient: boolean;
}

const MAX_REQUESTS = 1000;
const MAX_BYTES = 64 * 1024 * 1024;

/** The latest requests: at most 1,000, and fewer where their bodies came to more than 64 MB. */
export class RequestLog {
  readonly entries: LogEntry[] = [];
  readonly #sizes = new Map<LogEntry, number>();
  #bytes = 0;

  add(entry: LogEntry): void {
    this.entries.push(entry);
    if (this.entries.length > MAX_REQUESTS) this.#dropOldest();
  }

  /** Notes the body of an entry and its size on the wire. */
  setBody(entry: LogEntry, body: unknown, bytes: number): void {
    if (!this.entries.includes(entry)) return;
    entry.body = body;
    this.#sizes.set(entry, bytes);
    this.#bytes += bytes;
    while (this.#bytes > MAX_BYTES && this.entries.length > 1) this.#dropOldest();
  }

  clear(): void {
    this.entries.length = 0;
    this.#sizes.clear();
    this.#bytes = 0;
  }

  #dropOldest(): void {
    const oldest = this.entries.shift();
    if (oldest === undefined) return;
    this.#bytes -= this.#sizes.get(oldest) ?? 0;
    this.#sizes.delete(oldest);
  }
}
