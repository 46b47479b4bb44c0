import type { MediaSource } from "./message.ts";

/** Returns the address of media for wires that take addresses alone: bytes become a `data:` URL. */
export function mediaAddress(source: MediaSource, mediaType: string): string {
  if (source.type === "base64") return `data:${mediaType};base64,${source.data}`;
  return source.type === "url" ? source.url : source.reference;
}
