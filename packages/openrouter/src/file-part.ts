import { type FilePart, type JsonObject, mediaAddress } from "@waygate/core/plugin";

/**
 * Files that OpenRouter takes in a way of its own: video by address or inline, audio of any format inline. Undefined for
 * others, PDF among them. Source: openrouter.ai/docs/guides/overview/multimodal.
 */
export function filePart({ mediaType, source }: FilePart): JsonObject | undefined {
  const [kind, subtype = ""] = mediaType.toLowerCase().split(";")[0]?.split("/") ?? [];
  if (kind === "video") {
    const url = mediaAddress(source, mediaType);
    return { type: "video_url", video_url: { url } };
  }
  if (kind !== "audio" || source.type !== "base64") return undefined;
  return { type: "input_audio", input_audio: { data: source.data, format: audioFormats.get(subtype) ?? subtype } };
}

/** Formats by the names that media types have for them, where that is not their own. */
const audioFormats: ReadonlyMap<string, string> = new Map([
  ["mpeg", "mp3"],
  ["x-wav", "wav"],
  ["wave", "wav"],
  ["x-aiff", "aiff"],
  ["x-flac", "flac"],
  ["x-m4a", "m4a"],
  ["mp4", "m4a"],
]);
