import type { MediaSource } from "@waygate/core/plugin";

/** Media of an answer, as far as its type and its bytes or address are known. */
export interface ReadMedia {
  readonly mediaType: string;
  readonly source: MediaSource;
}

/** Reads media from an address, which may be a `data:` URL, or from base64 text. Returns `undefined` if there is neither. */
export function readMedia(
  address: string | undefined,
  base64: string | undefined,
  otherwise: string,
): ReadMedia | undefined {
  if (address === undefined) {
    return base64 === undefined ? undefined : { mediaType: otherwise, source: { type: "base64", data: base64 } };
  }
  const inline = /^data:([^;,]*)[^,]*;base64,/i.exec(address);
  if (inline === null) return { mediaType: otherwise, source: { type: "url", url: address } };
  const data = address.slice(inline[0].length);
  return { mediaType: inline[1] || otherwise, source: { type: "base64", data } };
}
