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
import { callInWords, resultInWords } from "./call-in-words.ts";
import type { ContentBlock, Message, ToolResultBlock, ToolResultContentBlock } from "./converse-input.ts";
import { document } from "./document.ts";
import { DocumentTitles, encodeFile, encodeImage, plainBase64 } from "./media.ts";
import type { CallIds, ToolNames } from "./tool-names.ts";

export interface Encoding {
  readonly gateway: string;
  readonly family: Family;
  /** Whether the model takes blocks of tools. */
  readonly takesTools: boolean;
  readonly names: ToolNames;
  readonly ids: CallIds;
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
 * A conversation as Converse takes it: turns of user and assistant by turns, the user's first, none of them empty;
 * system messages apart; results of tools within the user's turn, before everything else that the user says.
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
      if (message.role === "system") this.#addSystem(message.content.map((part) => part.text));
      else if (message.role === "user") this.#add("user", this.#user(message, place));
      else if (message.role === "assistant") this.#add("assistant", this.#assistant(message));
      else
        this.#add(
          "user",
          message.content.flatMap((part) => (part.type === "tool-result" ? this.#result(part) : [])),
        );
    });
    this.#settleEnds();
    return { system: this.#system, messages: this.#turns };
  }

  #addSystem(texts: readonly string[]): void {
    const said = texts.filter((text) => text.trim() !== "");
    if (said.length > 0 && this.#turns.length > 0) {
      this.#say("system-message-moved", "A system message from within the conversation was moved to its beginning.");
    }
    this.#system.push(...said);
  }

  #add(role: "user" | "assistant", blocks: readonly ContentBlock[]): void {
    if (blocks.length === 0) return;
    if (role === "user") this.#dropLastThoughts();
    const last = this.#turns[this.#turns.length - 1];
    if (last?.role === role) last.content = resultsFirst([...last.content, ...blocks]);
    else this.#turns.push({ role, content: resultsFirst(blocks) });
  }

  /** Claude refuses a turn that ends with thoughts, as that of an answer does which was cut off after them. */
  #dropLastThoughts(): void {
    const last = this.#turns[this.#turns.length - 1];
    if (last?.role !== "assistant") return;
    last.content.splice(last.content.findLastIndex((block) => block.reasoningContent === undefined) + 1);
    if (last.content.length === 0) this.#turns.pop();
  }

  /** Converse wants the user to speak first; a last word of the assistant, to be gone on with, must not end in space. */
  #settleEnds(): void {
    this.#dropLastThoughts();
    const first = this.#turns[0];
    if (first === undefined) {
      throw new GatewayError(`Gateway "${this.#encoding.gateway}": the conversation is empty. Say something first.`, {
        gateway: this.#encoding.gateway,
        code: "invalid-request",
      });
    }
    if (first.role === "assistant") this.#turns.unshift({ role: "user", content: [{ text: "(Go on.)" }] });
    // A last message of another's, without a word in it or moved away, is no wish to have the assistant's gone on with.
    const spoke = this.#messages[this.#messages.length - 1]?.role;
    if (spoke !== "assistant" && this.#turns[this.#turns.length - 1]?.role === "assistant") {
      this.#add("user", [{ text: "(Go on.)" }]);
    }
    const last = this.#turns[this.#turns.length - 1];
    const end = last?.content[last.content.length - 1];
    if (last?.role === "assistant" && end?.text !== undefined) {
      last.content[last.content.length - 1] = { text: end.text.trimEnd() };
    }
  }

  #user(message: UserMessage, place: number): ContentBlock[] {
    const blocks = message.content.flatMap((part): ContentBlock[] => {
      if (part.type === "text") return textBlocks(part.text);
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
    if (this.#turns[this.#turns.length - 1]?.role !== "assistant") this.#encoding.ids.startTurn();
    return message.content.flatMap((part): ContentBlock[] => {
      if (part.type === "text") return textBlocks(part.text);
      if (part.type === "reasoning") return reasoningBlocks(part);
      // Sources and media are for people; Converse has no blocks for them.
      return part.type === "tool-call" ? [this.#call(part)] : [];
    });
  }

  #call(part: ToolCallPart): ContentBlock {
    const { names, ids, takesTools } = this.#encoding;
    if (!takesTools) {
      this.#say("tool-history-told", "This model takes no tools: earlier calls of some went out in words.");
      return callInWords(part);
    }
    const input = document(readArguments(part));
    return { toolUse: { toolUseId: ids.ofCall(part.id), name: names.legal(part.name), input } };
  }

  #result(result: ToolResultPart): ContentBlock[] {
    const { family, ids, takesTools } = this.#encoding;
    const content: ToolResultContentBlock[] = [];
    const beside: ContentBlock[] = [];
    // Where a model knows no status, the words have to say it.
    if (result.isError && !family.richResults && takesTools) content.push(failureNote);
    for (const part of result.content) {
      if (part.type === "text") content.push(...textBlocks(part.text));
      else if (part.type === "json") content.push(jsonBlock(part.value));
      else if (part.type === "file") {
        this.#say("media-dropped", "A file in a tool's result was replaced by a line of text.");
        content.push({ text: `[There was a file of the type ${part.mediaType} here, which you cannot read.]` });
      } else {
        const encoded = encodeImage(part, this.#encoding.family.plainMedia);
        if ("problem" in encoded) {
          this.#say("media-dropped", `An image in a tool's result was replaced by a line of text: ${encoded.problem}`);
          content.push({ text: "[There was an image here, which you cannot read.]" });
        } else if (family.richResults && takesTools && !result.isError) content.push({ image: encoded.block });
        else {
          // Nor does Claude take anything but words in the result of a tool that failed.
          content.push({ text: "(An image follows the results.)" });
          beside.push({ text: `The image in the result of ${result.name}:` }, { image: encoded.block });
        }
      }
    }
    if (content.length === 0) content.push({ text: "(no output)" });
    if (!takesTools) return [...resultInWords(result, content), ...beside];
    const block: ToolResultBlock = { toolUseId: ids.ofResult(result.id), content };
    if (family.richResults) block.status = result.isError ? "error" : "success";
    return [{ toolResult: block }, ...beside];
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

/** Bedrock refuses text without anything in it. */
function textBlocks(text: string): { text: string }[] {
  return text.trim() === "" ? [] : [{ text }];
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

/** Converse takes an object and nothing else. */
function readArguments(call: ToolCallPart): JsonObject {
  if (call.arguments.trim() === "") return {};
  if (call.status === "ok") {
    try {
      const value: unknown = JSON.parse(call.arguments);
      return isObject(value) ? (value as JsonObject) : { value: value as JsonValue };
    } catch {
      // Below.
    }
  }
  return { invalid_arguments: call.arguments };
}
