import type {
  MediaEvent,
  OpaqueEvent,
  ServiceApprovalRequestEvent,
  ServiceToolResultEvent,
  SourceEvent,
  ToolCallStartEvent,
} from "../contract/event.ts";
import type { JsonValue } from "../contract/json.ts";
import type { AssistantPart, OpaqueState, Origin, SourcePart } from "../contract/message.ts";

/** An event that stands for a whole part by itself. */
export type WholePartEvent = ServiceToolResultEvent | ServiceApprovalRequestEvent | MediaEvent | OpaqueEvent;

/** Returns the part of the message that an event stands for. `origin` tags its state. */
export function answerPart(event: WholePartEvent, origin: Origin): AssistantPart {
  switch (event.type) {
    case "service-tool-result": {
      const { type, id, content, error, state } = event;
      return { type, id, content, ...(error !== undefined && { error }), ...stateOf(state, origin) };
    }
    case "service-approval-request": {
      const { type, id, name, arguments: text, state } = event;
      return { type, id, name, arguments: text, ...stateOf(state, origin) };
    }
    case "media": {
      const { type, id, mediaType, source, toolCallId, state } = event;
      const call = toolCallId === undefined ? {} : { toolCallId };
      return { type, id, mediaType, source, ...call, ...stateOf(state, origin) };
    }
    case "opaque": {
      const { type, state, replaces } = event;
      return { type, state: { origin, data: state }, ...(replaces !== undefined && { replaces }) };
    }
  }
}

export function sourcePart({ type, state, ...event }: SourceEvent, origin: Origin): SourcePart {
  const known = Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined));
  return { type, ...(known as Omit<SourcePart, "type" | "state">), ...stateOf(state, origin) };
}

/** Returns what is known of a call from its start. */
export function callPart({ id, name, executor, format }: ToolCallStartEvent) {
  return {
    type: "tool-call",
    id,
    name,
    ...(executor === "service" && { executor }),
    ...(format === "text" && { format }),
  } as const;
}

export function stateOf(data: JsonValue | undefined, origin: Origin): { state?: OpaqueState } {
  return data === undefined ? {} : { state: { origin, data } };
}
