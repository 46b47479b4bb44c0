import type { Fields } from "../chat-completions/fields.ts";
import { readFields, readText, refuse } from "../chat-completions/fields.ts";
import { readUnion } from "./union.ts";

const SIGNATURES: Readonly<Record<string, readonly string[]>> = {
  png: ["89504e470d0a1a0a"],
  jpeg: ["ffd8ff"],
  gif: ["474946383761", "474946383961"],
  webp: ["52494646"],
};

const DOCUMENT_FORMATS = ["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"];

/** Reads an image, which has to be of the format that it claims. */
export function decodeImage(value: unknown, at: string): void {
  const image = readFields(value, at);
  const format = readText(image.format, `${at}.format`);
  const signatures = SIGNATURES[format];
  if (signatures === undefined) {
    refuse(`${at}.format`, `'${at}.format' is to be one of ${Object.keys(SIGNATURES).join(", ")}.`);
  }
  const bytes = decodeSource(image.source, `${at}.source`);
  if (bytes === undefined) return;
  const start = bytes.subarray(0, 16).toString("hex");
  if (!signatures.some((signature) => start.startsWith(signature))) {
    refuse(`${at}.source`, `'${at}' says that it is ${format}, and its bytes say that it is not.`);
  }
}

/** Reads a document. Bedrock allows few characters in its name. */
export function decodeDocument(value: unknown, at: string): void {
  const document: Fields = readFields(value, at);
  const format = document.format ?? "txt";
  if (typeof format !== "string" || !DOCUMENT_FORMATS.includes(format)) {
    refuse(`${at}.format`, `'${at}.format' is to be one of ${DOCUMENT_FORMATS.join(", ")}.`);
  }
  const name = readText(document.name, `${at}.name`);
  if (!/^[A-Za-z0-9\s()[\]-]{1,200}$/.test(name) || /\s{2}/.test(name)) {
    refuse(
      `${at}.name`,
      `'${at}.name' is to be letters, digits, single spaces, hyphens, parentheses and square brackets.`,
    );
  }
  decodeSource(document.source, `${at}.source`);
}

/** Reads a video or a sound. */
export function decodeRecording(value: unknown, at: string): void {
  const recording = readFields(value, at);
  readText(recording.format, `${at}.format`);
  decodeSource(recording.source, `${at}.source`);
}

/** The bytes, where they came with the request. */
function decodeSource(value: unknown, at: string): Buffer | undefined {
  const [kind, source] = readUnion(value, at, ["bytes", "s3Location", "text", "content"]);
  if (kind === "s3Location") {
    const { uri } = readFields(source.s3Location, `${at}.s3Location`);
    if (!readText(uri, `${at}.s3Location.uri`).startsWith("s3://")) {
      refuse(`${at}.s3Location.uri`, `'${at}.s3Location.uri' is to start with s3://.`);
    }
    return undefined;
  }
  if (kind !== "bytes") return undefined;
  const text = readText(source.bytes, `${at}.bytes`);
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) refuse(`${at}.bytes`, `'${at}.bytes' is to be base64.`);
  return bytes;
}
