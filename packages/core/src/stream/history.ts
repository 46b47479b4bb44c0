import type { NoticeEvent } from "../contract/event.ts";
import type {
  AssistantMessage,
  AssistantPart,
  Message,
  OpaqueState,
  ServiceApprovalPart,
  ServiceApprovalRequestPart,
  ServiceToolResultPart,
  TextPart,
  ToolCallPart,
  ToolResultContent,
  ToolResultPart,
  UserMessage,
  UserPart,
} from "../contract/message.ts";

/** Who a conversation is about to be sent to, as far as it decides what may be in it. */
export interface Recipient {
  readonly gateway: string;
  readonly model: string;
  readonly images: boolean;
  readonly files: boolean;
}

export interface FittedHistory {
  readonly messages: readonly Message[];
  readonly notices: readonly NoticeEvent[];
}

/**
 * Makes a conversation fit for a gateway and a model, whoever it was held with before: opaque state of another origin
 * is dropped, images and files that the model cannot read become a line of text, and every tool call is answered exactly once.
 * What is changed is said in a notice. The messages themselves are never modified; those that fit are handed on as they are.
 */
export function fitHistory(messages: readonly Message[], recipient: Recipient): FittedHistory {
  const fitting = new Fitting(recipient);
  const fitted = fitting.fit(messages);
  return { messages: fitted, notices: fitting.notices() };
}

class Fitting {
  readonly #recipient: Recipient;
  #droppedStates = 0;
  #droppedMedia = 0;
  #unanswered = 0;
  #orphans = 0;

  constructor(recipient: Recipient) {
    this.#recipient = recipient;
  }

  fit(all: readonly Message[]): readonly Message[] {
    const messages = this.#compacted(all);
    const fitted: Message[] = [];
    /** The calls of the last assistant message, the results that came after it, and what else did. */
    let calls: readonly ToolCallPart[] = [];
    let results: ToolResultPart[] = [];
    let decisions: ServiceApprovalPart[] = [];
    let requests: readonly ServiceApprovalRequestPart[] = [];
    let others: Message[] = [];
    const answer = () => {
      if (calls.length + results.length + decisions.length > 0) {
        fitted.push({ role: "tool", content: [...this.#answers(calls, results), ...decisions] });
      }
      fitted.push(...others);
      calls = [];
      results = [];
      decisions = [];
      others = [];
    };
    for (const message of messages) {
      if (message.role === "tool") {
        // Gathered, as some programs write one message for each result.
        for (const part of message.content) {
          if (part.type === "tool-result") results.push(part);
          else if (requests.some(({ id }) => id === part.id)) decisions.push(part);
        }
      } else if (message.role === "assistant") {
        answer();
        const fit = this.#assistant(message);
        calls = fit.content.filter((part): part is ToolCallPart => part.type === "tool-call" && !part.executor);
        requests = fit.content.filter((part) => part.type === "service-approval-request");
        fitted.push(fit);
      } else {
        // What a person says while tools are at work stands before their results in some programs' histories.
        if (calls.length === 0) answer();
        others.push(message.role === "user" ? this.#visibleMessage(message) : message);
      }
    }
    answer();
    return fitted.filter((message) => message.content.length > 0);
  }

  notices(): readonly NoticeEvent[] {
    const { gateway, model } = this.#recipient;
    const notices: NoticeEvent[] = [];
    const add = (count: number, code: string, message: string) => {
      if (count > 0) notices.push({ type: "notice", code, message: `${count} ${message}` });
    };
    add(
      this.#droppedStates,
      "foreign-state-dropped",
      `piece(s) of reasoning state of another gateway or model were not sent to ${gateway}:${model}, which could not read them.`,
    );
    add(
      this.#droppedMedia,
      "media-dropped",
      `earlier image(s) or file(s) were replaced by a line of text: ${gateway}:${model} does not take them.`,
    );
    add(this.#unanswered, "tool-result-missing", "tool call(s) without a result were answered as cancelled.");
    add(this.#orphans, "tool-result-orphaned", "tool result(s) without a call of their own were left out.");
    return notices;
  }

  /** For its own origin, a compaction stands for everything before it. System messages are not part of that. */
  #compacted(messages: readonly Message[]): readonly Message[] {
    for (let index = messages.length - 1; index >= 0; index--) {
      const message = messages[index];
      if (message?.role !== "assistant") continue;
      const at = message.content.findLastIndex((part) => part.type === "opaque" && part.replaces === "history");
      const part = at === -1 ? undefined : message.content[at];
      if (part?.state === undefined || !this.#sameOrigin(part.state)) continue;
      const system = messages.slice(0, index).filter(({ role }) => role === "system");
      return [...system, { ...message, content: message.content.slice(at) }, ...messages.slice(index + 1)];
    }
    return messages;
  }

  #assistant(message: AssistantMessage): AssistantMessage {
    const { content, state } = message;
    const stateFits = state === undefined || this.#sameOrigin(state);
    if (stateFits && content.every((part) => this.#fits(part))) return message;
    if (!stateFits) this.#droppedStates++;
    return {
      role: "assistant",
      content: content.map((part) => this.#assistantPart(part)).filter((part) => part !== undefined),
      ...(state !== undefined && stateFits && { state }),
    };
  }

  #fits(part: AssistantPart): boolean {
    if (part.state !== undefined) return this.#sameOrigin(part.state);
    if (part.type === "text") return part.text !== "";
    return isPortable(part);
  }

  /** What other gateways and models get of a part. Without state, not even its own service can take a service's part back. */
  #assistantPart(part: AssistantPart): AssistantPart | undefined {
    if (this.#fits(part)) return part;
    if (part.state !== undefined) this.#droppedStates++;
    switch (part.type) {
      case "opaque":
        return undefined;
      case "tool-call":
        return part.executor === "service"
          ? textPart(`[${part.name} was called: ${oneLine(part.arguments)}]`)
          : bare(part);
      case "service-tool-result":
        return textPart(`[The call ${part.error === undefined ? "returned" : "failed"}: ${resultLine(part)}]`);
      case "service-approval-request":
        return textPart(`[${part.name} asked for approval: ${oneLine(part.arguments)}]`);
      case "media":
        this.#droppedMedia++;
        return textPart(`[A part of type ${part.mediaType} was here, which you cannot read.]`);
      default: {
        const rest = bare(part);
        return "text" in rest && rest.text === "" ? undefined : rest;
      }
    }
  }

  #sameOrigin(state: OpaqueState): boolean {
    return state.origin.gateway === this.#recipient.gateway && state.origin.model === this.#recipient.model;
  }

  #visibleMessage(message: UserMessage): UserMessage {
    const content = this.#visible(message.content);
    return content === message.content ? message : { role: "user", content };
  }

  /** The results in the order of their calls, one for each. */
  #answers(calls: readonly ToolCallPart[], results: readonly ToolResultPart[]): readonly ToolResultPart[] {
    const left = new ResultsById(results);
    const answers = calls.map((call): ToolResultPart => {
      const result = left.take(call.id);
      if (result !== undefined) {
        const content = this.#visible(result.content);
        return content === result.content ? result : { ...result, content };
      }
      this.#unanswered++;
      return cancelledResult(call, false);
    });
    this.#orphans += left.count;
    return answers;
  }

  /** The parts as the recipient can read them: the very list where it can read them all. */
  #visible<Part extends UserPart | ToolResultContent>(parts: readonly Part[]): readonly (Part | TextPart)[] {
    const readable = (part: Part) => {
      if (part.type === "image") return this.#recipient.images;
      return part.type !== "file" || this.#recipient.files;
    };
    if (parts.every(readable)) return parts;
    return parts.map((part) => {
      if (readable(part) || !("mediaType" in part)) return part;
      this.#droppedMedia++;
      return { type: "text", text: `[A part of type ${part.mediaType} was here, which you cannot read.]` };
    });
  }
}

/** Parts that mean the same to every service. */
function isPortable(part: AssistantPart): boolean {
  switch (part.type) {
    case "reasoning":
    case "source":
      return true;
    case "tool-call":
      return part.executor === undefined;
    default:
      return false;
  }
}

function bare<Part extends AssistantPart>(part: Part): Part {
  const { state: _, ...rest } = part;
  return rest as Part;
}

function textPart(text: string): TextPart {
  return { type: "text", text };
}

function resultLine({ content, error }: ServiceToolResultPart): string {
  const words = content.map((part) => {
    if (part.type === "text") return part.text;
    return part.type === "json" ? JSON.stringify(part.value) : `a part of type ${part.mediaType}`;
  });
  return oneLine([error, ...words].filter(Boolean).join(" ")) || "nothing";
}

/** Enough for a model to know what happened, on one line. */
function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= 2000 ? line : `${line.slice(0, 2000)}…`;
}

/** Results that have still to find their calls. They mostly stand in the order of the calls; several may have one id. */
class ResultsById {
  readonly #results: readonly ToolResultPart[];
  /** Before it, all have found their calls. */
  #next = 0;
  /** The rest by id, once one is out of order. To search a list for each call takes the time of many times many. */
  #byId: Map<string, ToolResultPart[]> | undefined;
  /** How many have not found their calls. */
  count: number;

  constructor(results: readonly ToolResultPart[]) {
    this.#results = results;
    this.count = results.length;
  }

  /** Takes the first result of an id that was not taken yet. */
  take(id: string): ToolResultPart | undefined {
    const next = this.#results[this.#next];
    if (next?.id === id && this.#byId === undefined) {
      this.#next++;
      this.count--;
      return next;
    }
    this.#byId ??= this.#index();
    const result = this.#byId.get(id)?.shift();
    if (result !== undefined) this.count--;
    return result;
  }

  #index(): Map<string, ToolResultPart[]> {
    const byId = new Map<string, ToolResultPart[]>();
    for (const result of this.#results.slice(this.#next)) {
      const same = byId.get(result.id);
      if (same === undefined) byId.set(result.id, [result]);
      else same.push(result);
    }
    return byId;
  }
}

/** The result that a call gets which will never have one of its own. `begun`: its tool was at work already. */
export function cancelledResult(call: ToolCallPart, begun: boolean): ToolResultPart {
  const text = begun
    ? "Cancelled while the tool was at work: what it has done so far is not known."
    : "Cancelled: this tool call was not carried out.";
  return { type: "tool-result", id: call.id, name: call.name, content: [{ type: "text", text }], isError: true };
}
