import type { FilePart, ImagePart, MediaSource } from "@waygate/core/plugin";
import type { ContentBlock, DocumentBlock, ImageBlock } from "./converse-input.ts";

/** A block, or why there is none, in words that complete "… is left out: ". */
export type Encoded<Block> = { readonly block: Block } | { readonly problem: string };

type ImageFormat = NonNullable<ImageBlock["format"]>;
type DocumentFormat = NonNullable<DocumentBlock["format"]>;

/** Formats by media type. */
const imageFormats: Readonly<Record<string, ImageFormat>> = {
  "image/png": "png",
  "image/jpeg": "jpeg",
  "image/jpg": "jpeg",
  "image/gif": "gif",
  "image/webp": "webp",
};

const documentFormats: Readonly<Record<string, DocumentFormat>> = {
  "application/pdf": "pdf",
  "text/csv": "csv",
  "application/msword": "doc",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/vnd.ms-excel": "xls",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "text/html": "html",
  "text/markdown": "md",
  "application/json": "txt",
};

const videoFormats = {
  "video/mp4": "mp4",
  "video/quicktime": "mov",
  "video/x-matroska": "mkv",
  "video/webm": "webm",
  "video/x-flv": "flv",
  "video/mpeg": "mpeg",
  "video/x-ms-wmv": "wmv",
  "video/3gpp": "three_gp",
} as const;

const audioFormats = {
  "audio/mpeg": "mp3",
  "audio/mp3": "mp3",
  "audio/wav": "wav",
  "audio/x-wav": "wav",
  "audio/flac": "flac",
  "audio/aac": "aac",
  "audio/ogg": "ogg",
  "audio/mp4": "m4a",
  "audio/webm": "webm",
} as const;

/** What the first bytes of an image say that it is, whatever its media type claims: a wrong format is refused. */
const signatures: readonly (readonly [RegExp, ImageFormat])[] = [
  [/^\x89PNG/, "png"],
  [/^\xff\xd8\xff/, "jpeg"],
  [/^GIF8/, "gif"],
  [/^RIFF.{4}WEBP/s, "webp"],
];

function formatOfBytes(base64: string): ImageFormat | undefined {
  const start = Buffer.from(base64.slice(0, 32), "base64").toString("latin1");
  return signatures.find(([sign]) => sign.test(start))?.[1];
}

/** `plain`: the model takes bytes alone. */
export function encodeImage({ source, mediaType }: ImagePart, plain: boolean): Encoded<ImageBlock> {
  const where = locate(source, plain);
  if ("problem" in where) return where;
  const seen = "bytes" in where.block ? formatOfBytes(where.block.bytes) : undefined;
  const named = mediaType.toLowerCase();
  const format = seen ?? (Object.hasOwn(imageFormats, named) ? imageFormats[named] : undefined);
  if (format === undefined) return { problem: `Bedrock takes PNG, JPEG, GIF and WebP, not ${mediaType}.` };
  return { block: { format, source: where.block } };
}

export interface FileOptions {
  /** A name that Bedrock takes and that is the only one of its kind in the request. */
  readonly title: string;
  readonly citations: boolean;
  /** The model takes documents alone, and their bytes. */
  readonly plain: boolean;
}

export function encodeFile(part: FilePart, { title, citations, plain }: FileOptions): Encoded<ContentBlock> {
  const { source } = part;
  const mediaType = (part.mediaType.toLowerCase().split(";")[0] ?? "").trim();
  const where = locate(source, plain);
  if ("problem" in where) return where;
  if (plain && (Object.hasOwn(videoFormats, mediaType) || Object.hasOwn(audioFormats, mediaType))) {
    return { problem: "This model takes neither films nor sounds." };
  }
  if (Object.hasOwn(videoFormats, mediaType)) {
    return { block: { video: { format: videoFormats[mediaType as keyof typeof videoFormats], source: where.block } } };
  }
  if (Object.hasOwn(audioFormats, mediaType)) {
    return { block: { audio: { format: audioFormats[mediaType as keyof typeof audioFormats], source: where.block } } };
  }
  const known = Object.hasOwn(documentFormats, mediaType) ? documentFormats[mediaType] : undefined;
  const format = known ?? (mediaType.startsWith("text/") ? "txt" : undefined);
  if (format === undefined) return { problem: `Bedrock takes no files of the type ${part.mediaType}.` };
  const document = { format, name: title, source: where.block, ...(citations && { citations: { enabled: true } }) };
  return { block: { document } };
}

type Location = { readonly bytes: string } | { readonly s3Location: { readonly uri: string } };

function locate(source: MediaSource, plain: boolean): Encoded<Location> {
  if (source.type === "base64") return bytesOf(source.data);
  if (source.type === "reference") return { problem: "Bedrock keeps no files: hand in the bytes." };
  if (source.url.startsWith("s3://")) {
    if (plain) return { problem: "This model takes bytes, and nothing from S3: hand them in." };
    return { block: { s3Location: { uri: source.url } } };
  }
  const inline = /^data:[^,]*;base64,(.*)$/is.exec(source.url)?.[1];
  if (inline !== undefined) return bytesOf(inline);
  return { problem: `Bedrock fetches nothing from the web: hand in the bytes${plain ? "" : ", or an s3:// address"}.` };
}

function bytesOf(base64: string): Encoded<Location> {
  const bytes = plainBase64(base64);
  return bytes === "" ? { problem: "There are no bytes in it." } : { block: { bytes } };
}

/** As the service takes it: on one line, padded, of the ordinary alphabet. */
export function plainBase64(text: string): string {
  return Buffer.from(text, "base64").toString("base64");
}

/**
 * Names of documents as Bedrock takes them: letters, digits, single spaces, hyphens, parentheses and brackets, each
 * name once. Counted on, so that the same conversation gives the same names and finds its cache again.
 */
export class DocumentTitles {
  readonly #used = new Set<string>();

  title(name: string | undefined): string {
    const base =
      (name ?? "")
        .replace(/\.[a-z0-9]{1,5}$/i, "")
        .replace(/[^a-zA-Z0-9\s()[\]-]+/g, " ")
        .replace(/\s+/g, " ")
        .trim()
        .slice(0, 180)
        .trimEnd() || "Document";
    for (let count = 1; ; count++) {
      const title = count === 1 ? base : `${base} ${count}`;
      if (this.#used.has(title)) continue;
      this.#used.add(title);
      return title;
    }
  }
}
