import type { IncomingMessage } from "node:http";
import { RequestFailure } from "./failure.ts";

/** Largest request body that is read. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Reads a request body. Throws a `RequestFailure` with status 413 for one larger than 32 MB. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  return await new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    let bytes = 0;
    request.on("data", (data: Buffer) => {
      bytes += data.length;
      // The rest is read and dropped: a connection closed on a client that still sends loses it the response.
      if (bytes > MAX_BODY_BYTES) {
        received.length = 0;
        reject(tooLarge());
      } else received.push(data);
    });
    request.on("end", () => resolve(Buffer.concat(received)));
    request.on("error", reject);
    request.on("close", () => reject(new Error("The client went away before its request was complete.")));
  });
}

/** A body as JSON; as text where it is none; `undefined` where it is empty. */
export function parseBody(bytes: Buffer): { readonly value: unknown; readonly isJson: boolean } {
  if (bytes.length === 0) return { value: undefined, isJson: false };
  const text = bytes.toString("utf8");
  try {
    return { value: JSON.parse(text), isJson: true };
  } catch {
    return { value: text, isJson: false };
  }
}

function tooLarge(): RequestFailure {
  const megabytes = MAX_BODY_BYTES / 1024 / 1024;
  return new RequestFailure(413, `The request body is larger than ${megabytes} MB.`, { code: "request_too_large" });
}
