import type { HttpResponse } from "./http.ts";

/** Reads a whole body. Bytes beyond the limit are left out. */
export function readAll(response: HttpResponse, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const read: Buffer[] = [];
    let length = 0;
    response.next({
      accept(pieces) {
        for (const piece of pieces ?? []) {
          read.push(piece);
          length += piece.length;
        }
        if (pieces === undefined || length >= limit) resolve(Buffer.concat(read, Math.min(length, limit)));
        else response.next(this);
      },
      refuse: reject,
    });
  });
}
