import type { PastToolCall } from "../../conversation.ts";
import type { Fields } from "../chat-completions/fields.ts";
import { isAbsent, isFields, readFields, readText, refuse } from "../chat-completions/fields.ts";
import { decodeDocument, decodeImage, decodeRecording } from "./media.ts";
import { isSignatureOf } from "./reasoning-signature.ts";
import { readList, readUnion } from "./union.ts";

interface PastToolResult {
  readonly callId: string;
  readonly text: string;
  readonly failed?: boolean;
}

/** What one message holds, in the order in which the simulator's model wants it. */
export interface Content {
  readonly texts: string[];
  attachments: number;
  documents: number;
  readonly calls: PastToolCall[];
  readonly results: PastToolResult[];
  cachePoints: number;
}

const BLOCKS = [
  "text",
  "image",
  "document",
  "video",
  "audio",
  "toolUse",
  "toolResult",
  "reasoningContent",
  "guardContent",
  "cachePoint",
  "citationsContent",
  "searchResult",
];

/** Reads the content blocks of a message. */
export function decodeContent(value: unknown, at: string): Content {
  const content: Content = { texts: [], attachments: 0, documents: 0, calls: [], results: [], cachePoints: 0 };
  const blocks = readList(value, at);
  if (blocks.length === 0) refuse(at, `'${at}' is to have at least one block.`);
  for (const [index, block] of blocks.entries()) decodeBlock(block, `${at}[${index}]`, content);
  return content;
}

function decodeBlock(value: unknown, at: string, content: Content): void {
  const [kind, block] = readUnion(value, at, BLOCKS);
  switch (kind) {
    case "text":
      content.texts.push(readWords(block.text, `${at}.text`));
      return;
    case "image":
      decodeImage(block.image, `${at}.image`);
      content.attachments += 1;
      return;
    case "document":
      decodeDocument(block.document, `${at}.document`);
      content.attachments += 1;
      content.documents += 1;
      return;
    case "toolUse":
      content.calls.push(decodeToolUse(block.toolUse, `${at}.toolUse`));
      return;
    case "toolResult":
      content.results.push(decodeToolResult(block.toolResult, `${at}.toolResult`));
      return;
    case "reasoningContent":
      decodeReasoning(block.reasoningContent, `${at}.reasoningContent`);
      return;
    case "cachePoint":
      decodeCachePoint(block.cachePoint, `${at}.cachePoint`);
      content.cachePoints += 1;
      return;
    case "guardContent":
      content.texts.push(decodeGuarded(block.guardContent, `${at}.guardContent`));
      return;
    case "video":
    case "audio":
      decodeRecording(block[kind], `${at}.${kind}`);
      content.attachments += 1;
      return;
    default:
      content.attachments += 1;
  }
}

/** Bedrock refuses text that is empty or blank. */
export function readWords(value: unknown, at: string): string {
  const text = readText(value, at);
  return text.trim() === "" ? refuse(at, `'${at}' is to be more than white space.`) : text;
}

export function decodeCachePoint(value: unknown, at: string): void {
  const { type, ttl } = readFields(value, at);
  if (type !== "default") refuse(`${at}.type`, `'${at}.type' is to be "default".`);
  if (!isAbsent(ttl) && ttl !== "5m" && ttl !== "1h") refuse(`${at}.ttl`, `'${at}.ttl' is to be "5m" or "1h".`);
}

/** The text of a block that a guardrail is asked to look at. */
export function decodeGuarded(value: unknown, at: string): string {
  const [kind, guarded] = readUnion(value, at, ["text", "image"]);
  return kind === "text" ? readWords(readFields(guarded.text, `${at}.text`).text, `${at}.text.text`) : "";
}

function decodeToolUse(value: unknown, at: string): PastToolCall {
  const call = readFields(value, at);
  if (!isFields(call.input)) refuse(`${at}.input`, `'${at}.input' is to be an object.`);
  return {
    id: readId(call.toolUseId, `${at}.toolUseId`),
    name: readName(call.name, `${at}.name`),
    arguments: JSON.stringify(call.input),
  };
}

function decodeToolResult(value: unknown, at: string): PastToolResult {
  const result = readFields(value, at);
  if (!isAbsent(result.status) && result.status !== "success" && result.status !== "error") {
    refuse(`${at}.status`, `'${at}.status' is to be "success" or "error".`);
  }
  const texts = readList(result.content, `${at}.content`).map((part, index) =>
    decodeResultPart(part, `${at}.content[${index}]`),
  );
  return {
    callId: readId(result.toolUseId, `${at}.toolUseId`),
    text: texts.filter((text) => text !== "").join("\n"),
    ...(result.status === "error" && { failed: true }),
  };
}

function decodeResultPart(value: unknown, at: string): string {
  const [kind, part] = readUnion(value, at, ["text", "json", "image", "document", "video", "searchResult"]);
  if (kind === "text") return readText(part.text, `${at}.text`);
  if (kind === "json") return JSON.stringify(readFields(part.json, `${at}.json`));
  if (kind === "image") decodeImage(part.image, `${at}.image`);
  if (kind === "document") decodeDocument(part.document, `${at}.document`);
  return "";
}

function decodeReasoning(value: unknown, at: string): void {
  const [kind, reasoning] = readUnion(value, at, ["reasoningText", "redactedContent"]);
  if (kind === "redactedContent") {
    readText(reasoning.redactedContent, `${at}.redactedContent`);
    return;
  }
  const said: Fields = readFields(reasoning.reasoningText, `${at}.reasoningText`);
  const text = typeof said.text === "string" ? said.text : "";
  if (typeof said.signature === "string" && !isSignatureOf(said.signature, text)) {
    refuse(at, `'${at}' is reasoning that was altered: it does not fit its signature.`);
  }
}

export function readName(value: unknown, at: string): string {
  const name = readText(value, at);
  return /^[\w-]{1,64}$/.test(name) ? name : refuse(at, `'${at}' is to be 1 to 64 letters, digits, '_' and '-'.`);
}

function readId(value: unknown, at: string): string {
  const id = readText(value, at);
  return /^[\w.:-]{1,64}$/.test(id) ? id : refuse(at, `'${at}' is to be 1 to 64 letters, digits and _ . : -`);
}
