import {
  type Cost,
  GatewayError,
  HeldBytes,
  isObject,
  type JsonValue,
  type Limits,
  type ModelEvent,
} from "@waygate/core/plugin";
import { type FailureContext, failureOf, parseJson, readText, shorten } from "@waygate/plugin-kit";
import { AnswerExtras, hasExtras } from "./answer-extras.ts";
import type { AnswerEnd, ChatDialect, ChunkReading } from "./chat-dialect.ts";
import { finishReason, saysFailed } from "./finish-reason.ts";
import { splitValues } from "./json-scanner.ts";
import { readContent, readReasoning } from "./read-content.ts";
import { readUsage, type UsageReport } from "./read-usage.ts";
import { ReasoningDetails } from "./reasoning-details.ts";
import { TaggedReasoning } from "./tagged-reasoning.ts";
import { ToolCallAssembler } from "./tool-call-assembler.ts";

/** What is known of the request of an answer. */
export interface AnswerContext extends FailureContext {
  readonly limits: Limits;
  /** The names of the request's tools. */
  readonly tools: ReadonlySet<string>;
  /** Whether `reasoning_details` become state, to be sent back. */
  readonly keepReasoningDetails: boolean;
  /** See `ChatDialect.reasoningTag`. */
  readonly reasoningTag: string | undefined;
  /** See `ChatDialect.reasoningKeepsModel`. */
  readonly reasoningKeepsModel: boolean;
  readonly readEnd: ChatDialect["readEnd"];
  readonly readChunk: ChatDialect["readChunk"];
}

/**
 * Reads the chunks of one answer into events. Each call appends the events of a chunk to the batch that it receives. Throws
 * a `GatewayError` if the service reports a failure.
 */
export class AnswerReader {
  readonly #context: AnswerContext;
  readonly #calls: ToolCallAssembler;
  readonly #details: ReasoningDetails | undefined;
  readonly #tagged: TaggedReasoning | undefined;
  readonly #noticed = new Set<string>();
  readonly #held: HeldBytes;
  /** Created with the first of what it reads. */
  #extras: AnswerExtras | undefined;
  #cost: Cost | undefined;
  #started = false;
  /** The model of the answer. */
  #model: string | undefined;
  #reasoning = false;
  #deltaSeen = false;
  #content = false;
  #refused = false;
  #finish: string | undefined;
  #end: AnswerEnd | undefined;
  /** Whether `response-start` has named the service behind the gateway. */
  #upstreamNamed = false;
  #report: UsageReport | undefined;
  #done = false;
  #closing = false;
  /** Whether the answer came whole. Then `message` counts, else `delta`: Perplexity sends both, one of them empty. */
  #whole = false;

  constructor(context: AnswerContext) {
    this.#context = context;
    const held = new HeldBytes(context.gateway, context.limits);
    this.#held = held;
    this.#calls = new ToolCallAssembler(context.tools, held);
    this.#details = context.keepReasoningDetails ? new ReasoningDetails(held) : undefined;
    this.#tagged = context.reasoningTag === undefined ? undefined : new TaggedReasoning(context.reasoningTag);
  }

  /** Whether `[DONE]` has arrived. */
  get done(): boolean {
    return this.#done;
  }

  /** Reads the data of one server-sent event. `name`: the event's name, if it has one. */
  data(data: string, name: string | undefined, events: ModelEvent[]): void {
    // Nearly every event is one whole chunk. Everything else is handled if that fails.
    if (data.charCodeAt(0) === 0x7b && !this.#done) {
      let chunk: unknown;
      try {
        chunk = JSON.parse(data);
      } catch {
        this.#broken(data, events);
        return;
      }
      this.chunk(chunk, name, events);
      return;
    }
    const text = data.trim();
    if (text === "" || this.#done) return;
    if (text === "[DONE]") this.#done = true;
    else if (text.startsWith("{")) this.data(text, name, events);
    else if (name === "error") throw this.#failure(text);
    // The last line may be cut off. Whether the answer is complete depends on its finish.
    else if (!this.#closing) {
      this.#notice(events, "stream-line-ignored", `A line that is not part of an answer was ignored: ${shorten(text)}`);
    }
  }

  /** Reads one chunk: a `chat.completion.chunk`, or a whole `chat.completion`. */
  chunk(chunk: unknown, name: string | undefined, events: ModelEvent[]): void {
    if (!isObject(chunk)) return;
    // Some services have a null error in every chunk.
    if ((chunk.error !== undefined && chunk.error !== null) || chunk.object === "error" || name === "error") {
      this.#start(chunk, events);
      throw this.#failure(chunk);
    }
    if (!this.#started) this.#start(chunk, events);
    if (this.#context.readChunk !== undefined) this.#ownFields(this.#context.readChunk(chunk), chunk, events);
    const choice = firstChoice(chunk.choices);
    if (choice !== undefined) this.#choice(choice, chunk, events);
    const usage = chunk.usage ?? choice?.usage ?? (isObject(chunk.x_groq) ? chunk.x_groq.usage : undefined);
    if (usage !== undefined && usage !== null) {
      this.#report = readUsage(usage, this.#end?.reasoningBeside) ?? this.#report;
    }
    const results = chunk.search_results ?? chunk.citations;
    if (Array.isArray(results)) this.#extra().results(results);
  }

  /** Adds what the dialect found in fields of the service's own. */
  #ownFields(found: ChunkReading | undefined, chunk: Record<string, unknown>, events: ModelEvent[]): void {
    if (found === undefined) return;
    if (found.failure !== undefined) throw this.#failure(found.failure);
    const own = found.events?.some(({ type }) => type !== "notice") === true;
    // Content must not come before response-start, even if the chunk does not name the model.
    if (own || found.reasoning || found.text) this.#announce(chunk, events);
    if (own) this.#content = true;
    if (found.reasoning) this.#think(found.reasoning, events);
    if (found.text) this.#write(found.text, events);
    if (found.events !== undefined) events.push(...found.events);
    if (found.usage !== undefined) this.#report = readUsage(found.usage, this.#end?.reasoningBeside) ?? this.#report;
    this.#cost = found.cost ?? this.#cost;
  }

  #extra(): AnswerExtras {
    this.#extras ??= new AnswerExtras(this.#held);
    return this.#extras;
  }

  /** The connection has ended, so the last data may be cut off. */
  closing(): void {
    this.#closing = true;
  }

  /** Reads an answer that came whole. It needs no finish reason. */
  whole(answer: unknown, events: ModelEvent[]): void {
    this.#done = true;
    this.#whole = true;
    // First, because response-start names the upstream, which is only known at the end.
    const choice = isObject(answer) ? firstChoice(answer.choices) : undefined;
    if (isObject(answer) && choice !== undefined) this.#end = this.#context.readEnd(choice, answer);
    this.chunk(answer, undefined, events);
  }

  /** Ends the answer: closes open parts and finishes. Throws if the answer is not complete. */
  end(events: ModelEvent[]): void {
    const raw = this.#finish;
    if (raw === undefined && !this.#done) throw this.#cut();
    if (raw === undefined && !this.#content && !this.#calls.any) {
      throw this.#error("ended its answer without any content. Try again.", "protocol");
    }
    if (raw === undefined) {
      this.#notice(
        events,
        "finish-reason-missing",
        "The answer ended without a finish reason. It was taken as complete.",
      );
    }
    const known = raw === undefined ? "stop" : finishReason(raw);
    if (known === undefined) {
      this.#notice(
        events,
        "finish-reason-unknown",
        `The answer ended with the unknown finish reason "${raw}", which was taken as "stop".`,
      );
    }
    const reason = this.#refused && known === "stop" ? "refusal" : (known ?? "stop");
    this.#endTags(events);
    this.#endReasoning(events);
    const details = this.#details?.take();
    if (details !== undefined) events.push({ type: "reasoning-end", state: this.#stateOf(details) });
    const changed = this.#calls.contradicted;
    if (changed !== undefined) {
      throw this.#error(`changed the arguments of a call of ${changed} after it had ended. Try again.`, "protocol");
    }
    this.#extras?.end(events);
    this.#calls.end(reason === "length", events);
    this.#reportUsage(events);
    // The calls decide and not the finish reason: some services send "stop" after calls.
    const finish: ModelEvent = {
      type: "finish",
      reason: reason === "stop" && this.#calls.any ? "tool-calls" : reason,
      raw,
    };
    const upstream = this.#upstreamNamed ? undefined : this.#end?.upstream;
    events.push(upstream === undefined ? finish : Object.assign(finish, { upstream }));
  }

  #reportUsage(events: ModelEvent[]): void {
    const report = this.#report ?? (this.#cost && { usage: { input: {}, output: {} }, cost: undefined });
    if (report === undefined) return;
    const cost = this.#cost ?? report.cost;
    events.push({ type: "usage", usage: report.usage, ...(cost !== undefined && { cost }) });
  }

  #choice(choice: Record<string, unknown>, chunk: Record<string, unknown>, events: ModelEvent[]): void {
    const { delta, message } = choice;
    if (isObject(message) && (this.#whole || (!isObject(delta) && !this.#deltaSeen))) {
      // In a stream, only if the service never sends `delta`: after deltas, `message` repeats them.
      this.#delta(message, events);
    } else if (isObject(delta)) {
      this.#deltaSeen = true;
      this.#delta(delta, events);
    }
    const finish = choice.finish_reason;
    if (typeof finish !== "string" || finish === "") return;
    if (saysFailed(finish)) {
      // A whole answer that failed has its error beside the finish reason.
      if (isObject(choice.error)) throw this.#failure(choice);
      throw this.#error(`broke off its answer with the finish reason "${finish}". Try again.`, "server-error");
    }
    this.#finish = finish;
    if (!this.#whole) this.#end = this.#context.readEnd(choice, chunk);
  }

  #delta(delta: Record<string, unknown>, events: ModelEvent[]): void {
    const { content } = delta;
    this.#sayReasoning(delta, events);
    if (typeof content === "string") {
      if (content !== "") this.#write(content, events);
    } else if (Array.isArray(content)) {
      for (const part of readContent(content)) {
        if (part.type === "reasoning") this.#think(part.text, events);
        else this.#say(part.text, events);
      }
    }
    if (typeof delta.refusal === "string" && delta.refusal !== "") {
      this.#refused = true;
      this.#say(delta.refusal, events);
    }
    if (Array.isArray(delta.tool_calls) && delta.tool_calls.length > 0) this.#callTools(delta.tool_calls, events);
    else if (isObject(delta.function_call) && (delta.function_call.name || delta.function_call.arguments)) {
      this.#callTools([{ index: 0, function: delta.function_call }], events);
    }
    if (hasExtras(delta)) {
      const before = events.length;
      this.#extra().delta(delta, events, (text) => this.#say(text, events));
      if (events.length > before) this.#content = true;
    }
  }

  #sayReasoning(delta: Record<string, unknown>, events: ModelEvent[]): void {
    const text = readReasoning(delta);
    if (text !== "") this.#think(text, events);
    if (Array.isArray(delta.reasoning_details)) this.#details?.add(delta.reasoning_details, this.#whole);
  }

  /** Adds text that may have reasoning between tags. */
  #write(text: string, events: ModelEvent[]): void {
    if (this.#tagged === undefined) {
      this.#say(text, events);
      return;
    }
    this.#content = true;
    this.#tagged.add(
      text,
      (thought) => this.#think(thought, events),
      (words) => this.#say(words, events),
    );
  }

  #say(text: string, events: ModelEvent[]): void {
    if (this.#reasoning) this.#endReasoning(events);
    this.#content = true;
    events.push({ type: "text-delta", text });
  }

  #think(text: string, events: ModelEvent[]): void {
    this.#reasoning = true;
    this.#content = true;
    events.push({ type: "reasoning-delta", text });
  }

  #endReasoning(events: ModelEvent[]): void {
    if (!this.#reasoning) return;
    this.#reasoning = false;
    events.push({ type: "reasoning-end" });
  }

  #stateOf(details: readonly JsonValue[]): JsonValue {
    if (!this.#context.reasoningKeepsModel || this.#model === undefined) return details;
    return { model: this.#model, reasoning_details: details };
  }

  /** Adds the text that was held back because it could have been the beginning of a tag. */
  #endTags(events: ModelEvent[]): void {
    this.#tagged?.end(
      (thought) => this.#think(thought, events),
      (words) => this.#say(words, events),
    );
  }

  #callTools(entries: readonly unknown[], events: ModelEvent[]): void {
    this.#endTags(events);
    this.#endReasoning(events);
    this.#extras?.endText(events);
    entries.forEach((entry, index) => {
      // In a whole answer, the position in the list is the index.
      this.#calls.add(this.#whole && isObject(entry) ? { ...entry, index } : entry, events);
    });
  }

  /** Begins the answer with the first chunk that has an id, a model or a choice. Some services send empty ones before. */
  #start(chunk: Record<string, unknown>, events: ModelEvent[]): void {
    const id = readText(chunk.id);
    const model = readText(chunk.model);
    const choices = Array.isArray(chunk.choices) && chunk.choices.length > 0;
    if (id !== undefined || model !== undefined || choices) this.#announce(chunk, events);
  }

  #announce(chunk: Record<string, unknown>, events: ModelEvent[]): void {
    if (this.#started) return;
    this.#started = true;
    const id = readText(chunk.id);
    const model = readText(chunk.model);
    this.#model = model;
    const upstream = readText(chunk.provider) ?? this.#end?.upstream;
    this.#upstreamNamed = upstream !== undefined;
    events.push({ type: "response-start", id, model, upstream });
  }

  /** Reads chunks that a proxy has joined into one line. Throws if the data is anything else. */
  #broken(data: string, events: ModelEvent[]): void {
    const parts = splitValues(data.replaceAll(/\}\s*data:\s*(?=\{)/g, "}\n"))?.map(parseJson);
    if (parts === undefined || parts.length < 2 || !parts.every(isObject)) {
      if (this.#closing) throw this.#cut();
      throw this.#error(`sent a chunk that is not valid JSON: ${shorten(data)}`, "protocol");
    }
    this.#notice(events, "stream-frames-spliced", "Several chunks of the answer came in one line.");
    for (const part of parts) this.chunk(part, undefined, events);
  }

  /** Returns the error within an answer. */
  #failure(body: unknown): GatewayError {
    return failureOf(this.#context, { body });
  }

  #cut(): GatewayError {
    if (!this.#started && !this.#content) {
      return this.#error(
        "sent an answer that is not a chat completion. Check the address in its settings.",
        "protocol",
      );
    }
    return this.#error("broke off in the middle of its answer. Try again.", "connection");
  }

  #error(words: string, code: "protocol" | "connection" | "server-error"): GatewayError {
    const { gateway } = this.#context;
    return new GatewayError(`Gateway "${gateway}" ${words}`, { gateway, code });
  }

  #notice(events: ModelEvent[], code: string, message: string): void {
    if (this.#noticed.has(code)) return;
    this.#noticed.add(code);
    events.push({ type: "notice", code, message });
  }
}

/** Returns the choice with the index 0. The others were not requested. */
function firstChoice(choices: unknown): Record<string, unknown> | undefined {
  if (!Array.isArray(choices)) return undefined;
  const first: unknown = choices[0];
  if (isObject(first) && (first.index === 0 || choices.length === 1) && !isOther(first.index)) return first;
  return choices.find((choice): choice is Record<string, unknown> => isObject(choice) && !isOther(choice.index));
}

function isOther(index: unknown): boolean {
  return typeof index === "number" && index > 0;
}
