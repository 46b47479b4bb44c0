import { GatewayError, HeldBytes, isObject, type Limits, type ModelEvent, type Usage } from "@waygate/core/plugin";
import { quote, shorten } from "@waygate/plugin-kit";
import type { FailureContext } from "../failure/failure-context.ts";
import { exceptionFields, failureOfFrame } from "../failure/failure-of.ts";
import type { FrameHeaders } from "../frames/frame-headers.ts";
import { AnswerNotices } from "./answer-notices.ts";
import { endsWhole, finishReason, saysFailed } from "./finish-reason.ts";
import { readCitation } from "./read-citation.ts";
import { readUsage } from "./read-usage.ts";
import { ReasoningBlocks } from "./reasoning-blocks.ts";
import { type ServiceCall, ServiceCalls, type ServiceResult } from "./service-calls.ts";
import { type Call, type Place, ToolCalls } from "./tool-calls.ts";

/** What the reading of an answer needs to know of its request. */
export interface AnswerContext extends FailureContext {
  readonly limits: Limits;
  /** False where no tool was to be called: a call that comes all the same is not handed on. */
  readonly callsWanted: boolean;
  /** AWS's own id of the request. */
  readonly requestId: string | undefined;
}

type Block =
  | { readonly kind: "text" | "other" }
  | { readonly kind: "reasoning" }
  | { readonly kind: "call"; readonly call: Call }
  | { readonly kind: "service-call"; readonly call: ServiceCall }
  | { readonly kind: "service-result"; readonly result: ServiceResult };

const textBlock: Block = { kind: "text" };
const otherBlock: Block = { kind: "other" };
const reasoningBlock: Block = { kind: "reasoning" };

/**
 * Reads what Converse and ConverseStream say into events. Each call pushes onto the batch that it is handed; nothing
 * waits. Throws a `GatewayError` where the service reports a failure or the answer is not whole.
 */
export class AnswerReader {
  readonly #context: AnswerContext;
  readonly #notices = new AnswerNotices();
  readonly #calls: ToolCalls;
  readonly #held: HeldBytes;
  readonly #reasoning: ReasoningBlocks;
  readonly #blocks = new Map<number, Block>();
  /** How many were open at the same time. */
  #mostBlocks = 0;
  #textIndex = -1;
  /** Created with the first call that the service runs. */
  #serviceCalls: ServiceCalls | undefined;
  /** What was cited, so that what is cited again is not said again. */
  readonly #cited = new Set<string>();
  #started = false;
  #stop: string | undefined;
  #usage: Usage | undefined;
  #metadata = false;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#held = new HeldBytes(context.gateway, context.limits);
    this.#reasoning = new ReasoningBlocks(this.#held);
    this.#calls = new ToolCalls(this.#notices);
  }

  /** Whether the answer has said why it ends: only its metadata is still to come. */
  get stopped(): boolean {
    return this.#stop !== undefined;
  }

  /** Whether all has been said that belongs to an answer. */
  get done(): boolean {
    return this.#stop !== undefined && this.#metadata;
  }

  /** Reads one frame of the stream. */
  frame(headers: FrameHeaders, bytes: Buffer, start: number, end: number, events: ModelEvent[]): void {
    const text = bytes.toString("utf8", start, end);
    const { messageType, exceptionType, errorCode, errorMessage } = headers;
    if (messageType === "event") this.event(headers.eventType, text === "" ? {} : this.#parse(text), events);
    else if (messageType === "exception") throw failureOfFrame(this.#context, exceptionType, exceptionFields(text));
    else if (messageType === "error") {
      const fields = errorMessage === "" ? exceptionFields(text) : { message: errorMessage };
      throw failureOfFrame(this.#context, errorCode, fields);
    } else throw this.#error(`sent a frame of the kind ${quote(messageType)}, which there is not.`, "protocol");
  }

  /** Reads one event, by its name. */
  event(type: string, payload: Record<string, unknown>, events: ModelEvent[]): void {
    if (!this.#started) this.#start(events);
    switch (type) {
      case "contentBlockDelta":
        if (isObject(payload.delta)) this.#delta(index(payload), payload.delta, events);
        break;
      case "contentBlockStart":
        if (isObject(payload.start)) this.#begin(index(payload), payload.start, events);
        break;
      case "contentBlockStop":
        this.#endBlock(index(payload), events);
        break;
      case "messageStop":
        this.#stop = typeof payload.stopReason === "string" ? payload.stopReason : "";
        this.#notices.responseFields(payload.additionalModelResponseFields, events);
        break;
      case "metadata":
        this.#metadata = true;
        this.#readMetadata(payload, events);
        break;
      case "messageStart":
        break;
      default:
        this.#notices.unknownEvent(type, events);
    }
  }

  /** Reads an answer that came whole. */
  whole(answer: Record<string, unknown>, events: ModelEvent[]): void {
    const message = isObject(answer.output) ? answer.output.message : undefined;
    if (!isObject(message)) {
      if (typeof (answer.message ?? answer.Message) === "string")
        throw failureOfFrame(this.#context, typeName(answer.__type), answer);
      throw this.#error("sent JSON that is no answer of a model. Check the endpoint in its settings.", "protocol");
    }
    this.#start(events);
    this.#stop = typeof answer.stopReason === "string" ? answer.stopReason : "";
    const cutOff = saysFailed(this.#stop) || !endsWhole(finishReason(this.#stop) ?? "stop");
    const content: readonly unknown[] = Array.isArray(message.content) ? message.content : [];
    const lastPlace = content.findLastIndex((block) => isObject(block) && block.text !== "");
    for (const [place, block] of content.entries()) {
      if (isObject(block)) this.#wholeBlock(block, { cutOff, last: place >= lastPlace }, events);
    }
    this.#notices.responseFields(answer.additionalModelResponseFields, events);
    this.#readMetadata(answer, events);
  }

  /** Ends the answer: closes what is open and finishes. */
  end(events: ModelEvent[]): void {
    const raw = this.#stop;
    if (raw === undefined) throw this.cut();
    if (saysFailed(raw)) throw this.#error(`ended its answer as failed (${quote(raw)}). Try again.`, "server-error");
    const known = finishReason(raw);
    if (known === undefined) this.#notices.unknownFinish(raw, events);
    const reason = known ?? "stop";
    this.#closeOpenBlocks(endsWhole(reason), events);
    this.#calls.settle(!endsWhole(reason), events);
    if (this.#usage !== undefined) events.push({ type: "usage", usage: this.#usage });
    // The calls decide, not the word: some models say "end_turn" after calls, and "tool_use" after the service's own.
    const finish = reason === "stop" || reason === "tool-calls" ? (this.#calls.any ? "tool-calls" : "stop") : reason;
    events.push({ type: "finish", reason: finish, raw: raw === "" ? undefined : raw });
  }

  /** The error of an answer that ends before its end. */
  cut(): GatewayError {
    return this.#error("broke off in the middle of its answer. Try again.", "connection");
  }

  #delta(index: number, delta: Record<string, unknown>, events: ModelEvent[]): void {
    const { text } = delta;
    // The common case first.
    if (typeof text === "string") {
      if (text === "") return;
      if (index !== this.#textIndex) this.#openText(index, events);
      events.push({ type: "text-delta", text });
    } else if (isObject(delta.reasoningContent)) {
      if (saysNothing(delta.reasoningContent)) return;
      this.#textIndex = -1;
      this.#vacate(index, events);
      this.#put(index, reasoningBlock);
      this.#reasoning.add(index, delta.reasoningContent, events);
    } else if (isObject(delta.toolUse)) this.#callDelta(index, delta.toolUse.input, events);
    else if (isObject(delta.citation)) this.#cite(delta.citation, events);
    else if (delta.toolResult !== undefined) {
      const block = this.#blocks.get(index);
      if (block?.kind === "service-result") this.#service().addResult(block.result, delta.toolResult);
    } else this.#notices.passedOver(Object.keys(delta)[0], events);
  }

  #openText(index: number, events: ModelEvent[]): void {
    this.#reasoning.end(undefined, events);
    this.#vacate(index, events);
    this.#put(index, textBlock);
    this.#textIndex = index;
  }

  #begin(index: number, start: Record<string, unknown>, events: ModelEvent[]): void {
    this.#textIndex = -1;
    if (isObject(start.toolUse)) {
      const open = this.#blocks.get(index);
      // Said twice.
      if (open?.kind === "call" && isSaidTwice(open.call, start.toolUse)) return;
      this.#reasoning.end(undefined, events);
      this.#vacate(index, events);
      this.#put(index, this.#beginCall(start.toolUse, events));
    } else if (isObject(start.toolResult) || start.image !== undefined) {
      this.#vacate(index, events);
      if (isObject(start.toolResult)) {
        this.#put(index, { kind: "service-result", result: this.#service().beginResult(start.toolResult) });
        return;
      }
      this.#put(index, otherBlock);
      this.#notices.passedOver("image", events);
    }
  }

  #service(): ServiceCalls {
    this.#serviceCalls ??= new ServiceCalls(this.#held);
    return this.#serviceCalls;
  }

  #cite(citation: unknown, events: ModelEvent[]): void {
    const source = readCitation(citation, `citation-${this.#cited.size + 1}`);
    if (source === undefined) return;
    const key = JSON.stringify({ ...source, id: undefined });
    if (this.#cited.has(key)) return;
    this.#held.add(key.length);
    this.#cited.add(key);
    events.push(source);
  }

  #put(index: number, block: Block): void {
    this.#blocks.set(index, block);
    if (this.#blocks.size <= this.#mostBlocks) return;
    this.#mostBlocks = this.#blocks.size;
    this.#held.add(leastBlock);
  }

  /** Another block begins on an index: a call that is open there gets no more arguments, nor a stop of its own. */
  #vacate(index: number, events: ModelEvent[]): void {
    const block = this.#blocks.get(index);
    if (block?.kind === "call") this.#calls.displace(block.call, events);
    else if (block !== undefined) this.#endServiceBlock(block, events);
    this.#blocks.delete(index);
  }

  #beginCall(start: Record<string, unknown>, events: ModelEvent[]): Block {
    if (isServerTool(start.type)) return { kind: "service-call", call: this.#service().begin(start, events) };
    if (this.#context.callsWanted)
      return { kind: "call", call: this.#calls.begin(start.toolUseId, start.name, events) };
    this.#notices.unwantedCall(start.name, events);
    return otherBlock;
  }

  #callDelta(index: number, input: unknown, events: ModelEvent[]): void {
    let block = this.#blocks.get(index);
    if (block === undefined) {
      if (input === undefined || input === null || input === "") return;
      this.#reasoning.end(undefined, events);
      block = this.#beginCall({}, events);
      this.#put(index, block);
    }
    if (block.kind === "call") this.#calls.add(block.call, input, events);
    if (block.kind === "service-call") this.#service().add(block.call, input, events);
  }

  #endBlock(index: number, events: ModelEvent[]): void {
    const block = this.#blocks.get(index);
    this.#blocks.delete(index);
    if (index === this.#textIndex) this.#textIndex = -1;
    if (block?.kind === "call") this.#calls.end(block.call, events);
    else if (block !== undefined) this.#endServiceBlock(block, events);
    if (block?.kind === "reasoning") this.#reasoning.end(index, events);
  }

  #endServiceBlock(block: Block, events: ModelEvent[]): void {
    if (block.kind === "service-call") this.#service().end(block.call, events);
    if (block.kind === "service-result") this.#service().endResult(block.result, events);
  }

  #wholeBlock(block: Record<string, unknown>, place: Place, events: ModelEvent[]): void {
    if (typeof block.text === "string") this.#say(block.text, events);
    else if (isObject(block.reasoningContent)) this.#reasoning.whole(block.reasoningContent, events);
    else if (isObject(block.toolUse)) {
      const { type, name } = block.toolUse;
      if (isServerTool(type)) {
        const call = this.#service().begin(block.toolUse, events);
        this.#service().add(call, block.toolUse.input, events);
        this.#service().end(call, events);
      } else if (this.#context.callsWanted) this.#calls.whole(block.toolUse, place, events);
      else this.#notices.unwantedCall(name, events);
    } else if (isObject(block.citationsContent)) {
      const { content, citations } = block.citationsContent;
      for (const part of Array.isArray(content) ? content : []) {
        if (isObject(part) && typeof part.text === "string") this.#say(part.text, events);
      }
      for (const citation of Array.isArray(citations) ? citations : []) this.#cite(citation, events);
    } else if (isObject(block.toolResult)) {
      const result = this.#service().beginResult(block.toolResult);
      this.#service().addResult(result, block.toolResult.content);
      this.#service().endResult(result, events);
    } else if (block.toolResult === undefined) this.#notices.passedOver(Object.keys(block)[0], events);
  }

  #say(text: string, events: ModelEvent[]): void {
    if (text !== "") events.push({ type: "text-delta", text });
  }

  #closeOpenBlocks(whole: boolean, events: ModelEvent[]): void {
    for (const block of this.#blocks.values()) {
      if (block.kind === "call") {
        if (whole) throw this.#incomplete(`within the call of "${block.call.name}"`);
        this.#calls.cut(block.call, events);
      } else if (block.kind === "service-call" || block.kind === "service-result") {
        this.#endServiceBlock(block, events);
      } else if (block.kind === "reasoning" && whole) {
        throw this.#incomplete("within its reasoning");
      } else if (block.kind === "text") {
        this.#notices.say("block-without-stop", "A block of text came without a word on its end.", events);
      }
    }
    this.#reasoning.end(undefined, events);
  }

  #readMetadata({ usage, trace }: Record<string, unknown>, events: ModelEvent[]): void {
    this.#usage = readUsage(usage) ?? this.#usage;
    this.#notices.trace(trace, events);
  }

  #start(events: ModelEvent[]): void {
    this.#started = true;
    events.push({ type: "response-start", id: this.#context.requestId, model: this.#context.modelId });
  }

  #parse(text: string): Record<string, unknown> {
    try {
      const payload: unknown = JSON.parse(text);
      if (isObject(payload)) return payload;
    } catch {
      // Told below.
    }
    throw this.#error(`sent a piece of its answer that is no JSON object: ${shorten(text.slice(0, 200))}`, "protocol");
  }

  /** A model's slip: another answer may well be whole. */
  #incomplete(where: string): GatewayError {
    const { gateway } = this.#context;
    const words = `Gateway "${gateway}" ended its answer ${where}. Try again.`;
    return new GatewayError(words, { gateway, code: "protocol", retryable: true });
  }

  #error(words: string, code: "protocol" | "connection" | "server-error"): GatewayError {
    const { gateway } = this.#context;
    return new GatewayError(`Gateway "${gateway}" ${words}`, { gateway, code });
  }
}

/** What a block takes that is open and says nothing. */
const leastBlock = 100;

function index({ contentBlockIndex }: Record<string, unknown>): number {
  return typeof contentBlockIndex === "number" ? contentBlockIndex : 0;
}

function isServerTool(type: unknown): boolean {
  return typeof type === "string" && type !== "" && type !== "tool_use";
}

function typeName(type: unknown): string {
  return typeof type === "string" ? type.slice(type.indexOf("#") + 1) : "";
}

function saysNothing({ text, signature, redactedContent }: Record<string, unknown>): boolean {
  return [text, signature, redactedContent].every((part) => part === undefined || part === null || part === "");
}

function isSaidTwice({ sent, pieces }: Call, start: Record<string, unknown>): boolean {
  if (sent.id !== start.toolUseId) return false;
  // Without an id, two calls of one tool look the same.
  return typeof sent.id === "string" || (pieces.length === 0 && sent.name === start.name);
}
