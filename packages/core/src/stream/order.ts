import { type ModelEvent, modelEventTypes, type Usage } from "../contract/event.ts";
import { isObject } from "../contract/json.ts";
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
        return undefined;
      case "reasoning-end":
        return this.#endReasoning(event.block, event.state);
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
        return typeof event.complete === "boolean" ? undefined : checkOldShape(event);
      case "service-tool-result":
        this.#content = true;
        if (!isText(event.id)) return "sent a service-tool-result without the id of its call";
        return Array.isArray(event.content) ? undefined : "sent a service-tool-result whose content is not a list";
      case "service-approval-request":
        this.#content = true;
        if (!isText(event.id) || !isText(event.name)) return "sent a service-approval-request without an id or a name";
        return typeof event.arguments === "string"
          ? undefined
          : "sent a service-approval-request whose arguments are not text";
      case "source":
        this.#content = true;
        if (!isText(event.id)) return "sent a source without an id";
        return isText(event.kind) ? undefined : "sent a source without a kind";
      case "media":
        this.#content = true;
        if (!isText(event.id)) return "sent media without an id";
        if (!isText(event.mediaType)) return "sent media without a media type";
        return isMediaSource(event.source) ? undefined : "sent media whose source is neither base64, url nor reference";
      case "opaque":
        this.#content = true;
        return event.state === undefined ? "sent an opaque event without state" : undefined;
      case "response-start":
        if (this.#started) return "sent two response-start";
        if (this.#content) return "sent response-start after content";
        this.#started = true;
        return undefined;
      case "usage":
        return isUsage(event.usage) ? undefined : "sent a usage that is negative, incomplete or not a number";
      case "notice":
        return isText(event.code) && typeof event.message === "string"
          ? undefined
          : "sent a notice without a code or words";
      case "finish":
        return this.#finish(event.reason);
      default:
        if (!isUnknownEvent(event)) return `sent ${describe(event)}, which is not an event`;
        this.hasUnknown = true;
        return undefined;
    }
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

function isUsage(usage: Usage): boolean {
  return (
    isCount(usage?.input?.total) &&
    isCount(usage.input.cacheRead) &&
    isCount(usage.input.cacheWrite) &&
    isCount(usage.output?.total) &&
    isCount(usage.output.reasoning)
  );
}

function isCount(value: number): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function describe(event: unknown): string {
  if (isObject(event) && "type" in event) return String(event.type);
  return event === null ? "null" : typeof event;
}
