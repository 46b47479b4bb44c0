import { type Cost, type ModelEvent, modelEventTypes, type ResponseStartEvent, type Usage } from "../contract/event.ts";
import { isObject, survivesJson } from "../contract/json.ts";
import { toolCallExecutors, toolCallFormats } from "../contract/message.ts";

const knownTypes: ReadonlySet<string> = new Set(modelEventTypes);
const executors: ReadonlySet<unknown> = new Set([undefined, ...toolCallExecutors]);
const formats: ReadonlySet<unknown> = new Set([undefined, ...toolCallFormats]);

/** Returns whether an event is well-formed, but of a type that this core does not know: of a later contract. */
export function isUnknownEvent(event: unknown): boolean {
  return isObject(event) && typeof event.type === "string" && event.type !== "" && !knownTypes.has(event.type);
}

/**
 * Checks the order of the events of one answer. `check` and `end` return the breach, in words that complete
 * "the stream …", or `undefined`. Events of unknown types are no breach: `hasUnknown` tells that some came.
 */
export class EventOrder {
  #content = false;
  #started = false;
  #reasoning = false;
  #finished = false;
  /** These are created with their first entry: most answers need none. */
  #openBlocks: Set<number> | undefined;
  #openCalls: Set<string> | undefined;
  #callIds: Set<string> | undefined;

  /** Whether events of unknown types have come. They are the caller's to drop, see `isUnknownEvent`. */
  hasUnknown = false;

  /** Whether `finish` has come. */
  get finished(): boolean {
    return this.#finished;
  }

  check(event: ModelEvent): string | undefined {
    if (this.#finished) return `sent ${describe(event)} after finish`;
    switch (event?.type) {
      case "text-delta":
        this.#content = true;
        return checkText(event);
      case "reasoning-delta":
        this.#content = true;
        if (event.block === undefined) this.#reasoning = true;
        else this.#openBlock(event.block);
        return checkText(event);
      case "text-end":
        this.#content = true;
        return checkState(event);
      case "reasoning-end":
        return this.#endReasoning(event.block, event.state) ?? checkState(event);
      case "tool-call-start":
        this.#content = true;
        if (!isText(event.id)) return "sent a tool-call-start without an id";
        if (!isText(event.name)) return "sent a tool-call-start without a name";
        // These two decide what is executed: an unknown one is never guessed at.
        if (!executors.has(event.executor)) return `started a tool call with the executor "${event.executor}"`;
        if (!formats.has(event.format)) return `started a tool call with the format "${event.format}"`;
        if (this.#callIds?.has(event.id) === true) return `started two tool calls with the id "${event.id}"`;
        this.#callIds ??= new Set();
        this.#callIds.add(event.id);
        this.#openCalls ??= new Set();
        this.#openCalls.add(event.id);
        return undefined;
      case "tool-call-delta":
        if (this.#openCalls?.has(event.id) !== true) return `sent tool-call-delta for "${event.id}", which is not open`;
        return checkText(event);
      case "tool-call-end":
        if (this.#openCalls?.delete(event.id) !== true)
          return `sent tool-call-end for "${event.id}", which is not open`;
        if (typeof event.arguments !== "string") return "sent a tool-call-end whose arguments are not text";
        return typeof event.complete === "boolean" ? checkState(event) : checkOldShape(event);
      case "service-tool-result":
        this.#content = true;
        if (!isText(event.id)) return "sent a service-tool-result without the id of its call";
        return Array.isArray(event.content)
          ? checkState(event)
          : "sent a service-tool-result whose content is not a list";
      case "service-approval-request":
        this.#content = true;
        if (!isText(event.id) || !isText(event.name)) return "sent a service-approval-request without an id or a name";
        return typeof event.arguments === "string"
          ? checkState(event)
          : "sent a service-approval-request whose arguments are not text";
      case "source":
        this.#content = true;
        if (!isText(event.id)) return "sent a source without an id";
        return isText(event.kind) ? checkState(event) : "sent a source without a kind";
      case "media":
        this.#content = true;
        if (!isText(event.id)) return "sent media without an id";
        if (!isText(event.mediaType)) return "sent media without a media type";
        return isMediaSource(event.source)
          ? checkState(event)
          : "sent media whose source is neither base64, url nor reference";
      case "opaque":
        this.#content = true;
        return event.state === undefined ? "sent an opaque event without state" : checkState(event);
      case "response-start":
        if (this.#started) return "sent two response-start";
        if (this.#content) return "sent response-start after content";
        this.#started = true;
        return checkResponse(event);
      case "usage":
        return checkUsage(event.usage) ?? checkCost(event.cost);
      case "notice":
        return isText(event.code) && typeof event.message === "string"
          ? undefined
          : "sent a notice without a code or words";
      case "finish":
        return this.#finish(event.reason) ?? checkState(event);
      default:
        if (!isUnknownEvent(event)) return `sent ${describe(event)}, which is not an event`;
        this.hasUnknown = true;
        return undefined;
    }
  }

  /** Whether the answer has ended by itself without any content. */
  get isEmpty(): boolean {
    return this.#finished && !this.#content;
  }

  end(): string | undefined {
    return this.#finished ? undefined : "ended without finish";
  }

  #openBlock(block: number): void {
    this.#openBlocks ??= new Set();
    this.#openBlocks.add(block);
  }

  #endReasoning(block: number | undefined, state: unknown): string | undefined {
    this.#content = true;
    const isOpen = block === undefined ? this.#reasoning : this.#openBlocks?.delete(block) === true;
    if (block === undefined) this.#reasoning = false;
    return isOpen || state !== undefined ? undefined : "sent a reasoning-end with neither reasoning nor state";
  }

  /** Reasons that this core does not know are let through: a later contract may add some. */
  #finish(reason: unknown): string | undefined {
    if (this.#reasoning || (this.#openBlocks?.size ?? 0) > 0) return "sent finish with reasoning open";
    for (const id of this.#openCalls ?? []) return `sent finish with the tool call "${id}" open`;
    if (!isText(reason)) return "sent finish without a reason";
    if (reason === "error") return 'sent finish with the reason "error": failures are thrown as a GatewayError';
    this.#finished = true;
    return undefined;
  }
}

/** A plugin from before contract 1 ends its calls with `status` and `value`. */
function checkOldShape(event: object): string {
  const breach = "sent a tool-call-end without `complete`";
  if (!("status" in event)) return `${breach}, which must be true or false`;
  return (
    `${breach}, in the shape from before contract 1: replace \`status\` and \`value\` by \`complete: boolean\`, ` +
    "as core parses the arguments"
  );
}

function checkText(event: { readonly type: string; readonly text: string }): string | undefined {
  return isText(event.text) ? undefined : `sent a ${event.type} without text`;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isMediaSource(source: unknown): boolean {
  if (!isObject(source)) return false;
  if (source.type === "base64") return typeof source.data === "string";
  if (source.type === "url") return typeof source.url === "string";
  return source.type === "reference" && typeof source.reference === "string";
}

function checkUsage(usage: Usage): string | undefined {
  const { input, output, details } = Object(usage) as Partial<Usage>;
  if (!isObject(input) || !isObject(output)) return "sent a usage without input or output";
  const counts = [input.total, input.cacheRead, input.cacheWrite, output.total, output.reasoning];
  if (!counts.every(isCount)) return "sent a usage with a count that is negative or not a whole number";
  if (isMore(input.cacheRead, input.total) || isMore(input.cacheWrite, input.total)) {
    return "sent a usage whose cached input is more than its input: `input.total` includes `cacheRead` and `cacheWrite`";
  }
  if (isMore(output.reasoning, output.total)) {
    return "sent a usage whose reasoning is more than its output: `output.total` includes `reasoning`";
  }
  const isPlain = details === undefined || (isObject(details) && survivesJson(details));
  return isPlain ? undefined : "sent a usage whose details are not an object that JSON can carry";
}

function isCount(value: unknown): boolean {
  if (value === undefined) return true;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isMore(part: number | undefined, total: number | undefined): boolean {
  return part !== undefined && total !== undefined && part > total;
}

function checkCost(cost: Cost | undefined): string | undefined {
  if (cost === undefined) return undefined;
  if (!(typeof cost?.amount === "number" && Number.isFinite(cost.amount) && cost.amount >= 0)) {
    return "sent a cost whose amount is negative or not a number";
  }
  if (!/^[A-Z]{3}$/.test(cost.currency))
    return `sent a cost in the currency "${cost.currency}", which is no ISO 4217 code`;
  return cost.source === "billed" || cost.source === "estimated"
    ? undefined
    : "sent a cost that is neither `billed` nor `estimated`";
}

/** State is stored and sent back: what JSON cannot carry would be lost, or break the program that stores it. */
function checkState({ type, state }: { readonly type: string; readonly state?: unknown }): string | undefined {
  return state === undefined || survivesJson(state) ? undefined : `sent a ${type} with state that JSON cannot carry`;
}

function checkResponse({ id, model, upstream, requestId }: ResponseStartEvent): string | undefined {
  const isWrong = [id, model, upstream, requestId].some((value) => value !== undefined && typeof value !== "string");
  return isWrong ? "sent a response-start whose id, model, upstream or requestId is not text" : undefined;
}

function describe(event: unknown): string {
  if (isObject(event) && "type" in event) return String(event.type);
  return event === null ? "null" : typeof event;
}
