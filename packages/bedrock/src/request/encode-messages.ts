import {
  type AssistantMessage,
  type Message as CoreMessage,
  type FilePart,
  GatewayError,
  type ImagePart,
  isObject,
  type JsonObject,
  type JsonValue,
  type ModelEvent,
  type ReasoningPart,
  type ToolCallPart,
  type ToolResultPart,
  type UserMessage,
} from "@waygate/core/plugin";
import type { Family } from "../models/family.ts";
import type { Notices } from "../notices.ts";
import type { ContentBlock, Message, ToolResultBlock, ToolResultContentBlock } from "./converse-input.ts";
import { document } from "./document.ts";
import { DocumentTitles, encodeFile, encodeImage, plainBase64 } from "./media.ts";

export interface Encoding {
  readonly gateway: string;
  readonly family: Family;
  readonly citations: boolean;
  readonly notices: Notices;
  /** Where notices go. */
  readonly events: ModelEvent[];
}

/** Before a result that cannot say by its status that the tool failed. */
export const failureNote = { text: "The tool failed:" } as const;

export interface EncodedConversation {
  readonly system: readonly string[];
  readonly messages: readonly Message[];
}

/**
 * Encodes a conversation for Converse: system messages apart, and results of tools within the user's turn, before
 * everything else that the user says.
 */
export function encodeMessages(messages: readonly CoreMessage[], encoding: Encoding): EncodedConversation {
  return new MessageEncoder(messages, encoding).encode();
}

class MessageEncoder {
  readonly #messages: readonly CoreMessage[];
  readonly #encoding: Encoding;
  readonly #titles = new DocumentTitles();
  readonly #system: string[] = [];
  readonly #turns: { role: "user" | "assistant"; content: ContentBlock[] }[] = [];
  /** What was said since the model last spoke cannot be left out silently. */
  readonly #latest: number;

  constructor(messages: readonly CoreMessage[], encoding: Encoding) {
    this.#messages = messages;
    this.#encoding = encoding;
    this.#latest = messages.findLastIndex((message) => message.role === "assistant");
  }

  encode(): EncodedConversation {
    this.#messages.forEach((message, place) => {
      if (message.role === "system") this.#system.push(...message.content.map((part) => part.text));
      else if (message.role === "user") this.#add("user", this.#user(message, place));
      else if (message.role === "assistant") this.#add("assistant", this.#assistant(message));
      else
        this.#add(
          "user",
          message.content.flatMap((part) => (part.type === "tool-result" ? [this.#result(part)] : [])),
        );
    });
    if (this.#turns.length === 0) {
      throw new GatewayError(`Gateway "${this.#encoding.gateway}": the conversation is empty. Add a user message.`, {
        gateway: this.#encoding.gateway,
        code: "invalid-request",
      });
    }
    return { system: this.#system, messages: this.#turns };
  }

  #add(role: "user" | "assistant", blocks: readonly ContentBlock[]): void {
    if (blocks.length === 0) return;
    const last = this.#turns[this.#turns.length - 1];
    if (last?.role === role) last.content = resultsFirst([...last.content, ...blocks]);
    else this.#turns.push({ role, content: resultsFirst(blocks) });
  }

  #user(message: UserMessage, place: number): ContentBlock[] {
    const blocks = message.content.flatMap((part): ContentBlock[] => {
      if (part.type === "text") return [{ text: part.text }];
      return part.type === "image" ? this.#image(part, place) : this.#file(part, place);
    });
    const needsText = blocks.some((block) => block.document !== undefined);
    // Bedrock takes no document without a word beside it.
    if (needsText && !blocks.some((block) => block.text !== undefined)) blocks.push({ text: "See the document." });
    return blocks;
  }

  #image(part: ImagePart, place: number): ContentBlock[] {
    const encoded = encodeImage(part, this.#encoding.family.plainMedia);
    if ("block" in encoded) return [{ image: encoded.block }];
    return this.#leaveOut("image", encoded.problem, place > this.#latest);
  }

  #file(part: FilePart, place: number): ContentBlock[] {
    const { citations, family } = this.#encoding;
    const title = this.#titles.title(part.name);
    const encoded = encodeFile(part, { title, citations, plain: family.plainMedia });
    if ("block" in encoded) return [encoded.block];
    return this.#leaveOut("file", encoded.problem, place > this.#latest);
  }

  #leaveOut(kind: string, problem: string, latest: boolean): ContentBlock[] {
    const { gateway } = this.#encoding;
    if (latest) {
      const words = `Gateway "${gateway}" cannot send the ${kind}: ${problem}`;
      throw new GatewayError(words, { gateway, code: "unsupported" });
    }
    this.#say("media-dropped", `An earlier ${kind} was replaced by a line of text: ${problem}`);
    return [{ text: `[There was a part of the kind ${kind} here, which you cannot read.]` }];
  }

  #assistant(message: AssistantMessage): ContentBlock[] {
    return message.content.flatMap((part): ContentBlock[] => {
      if (part.type === "text") return [{ text: part.text }];
      if (part.type === "reasoning") return reasoningBlocks(part);
      // Sources and media are for people; Converse has no blocks for them.
      return part.type === "tool-call" ? [callBlock(part)] : [];
    });
  }

  #result(result: ToolResultPart): ContentBlock {
    const { family } = this.#encoding;
    const content: ToolResultContentBlock[] = [];
    // Where a model knows no status, the words have to say it.
    if (result.isError && !family.richResults) content.push(failureNote);
    for (const part of result.content) {
      if (part.type === "text") content.push({ text: part.text });
      else if (part.type === "json") content.push(jsonBlock(part.value));
      else if (part.type === "file") {
        this.#say("media-dropped", "A file in a tool's result was replaced by a line of text.");
        content.push({ text: `[There was a file of the type ${part.mediaType} here, which you cannot read.]` });
      } else {
        const encoded = encodeImage(part, family.plainMedia);
        if ("block" in encoded) content.push({ image: encoded.block });
        else {
          this.#say("media-dropped", `An image in a tool's result was replaced by a line of text: ${encoded.problem}`);
          content.push({ text: "[There was an image here, which you cannot read.]" });
        }
      }
    }
    const block: ToolResultBlock = { toolUseId: result.id, content };
    if (family.richResults) block.status = result.isError ? "error" : "success";
    return { toolResult: block };
  }

  #say(code: string, message: string): void {
    this.#encoding.notices.say(code, message, this.#encoding.events);
  }
}

/** Bedrock takes no results after anything else: images that belong to one, or what the user said meanwhile. */
function resultsFirst(blocks: readonly ContentBlock[]): ContentBlock[] {
  const isResult = ({ toolResult }: ContentBlock) => toolResult !== undefined;
  return [...blocks.filter(isResult), ...blocks.filter((block) => !isResult(block))];
}

/** Only an object is taken as JSON; a list or a single value goes out as text. */
function jsonBlock(value: JsonValue): ToolResultContentBlock {
  return isObject(value) ? { json: document(value as JsonObject) } : { text: JSON.stringify(value) };
}

/** Reasoning goes back with the state that came with it, unchanged, or not at all: models refuse what is not signed. */
function reasoningBlocks({ text, state }: ReasoningPart): ContentBlock[] {
  const data = isObject(state?.data) ? state.data : {};
  if (typeof data.redactedContent === "string") {
    return [{ reasoningContent: { redactedContent: plainBase64(data.redactedContent) } }];
  }
  if (typeof data.signature !== "string") return [];
  return [{ reasoningContent: { reasoningText: { text, signature: data.signature } } }];
}

/** Arguments are the JSON of an object here: core has seen to it. */
function callBlock({ id, name, arguments: text }: ToolCallPart): ContentBlock {
  return { toolUse: { toolUseId: id, name, input: document(JSON.parse(text) as JsonObject) } };
}
