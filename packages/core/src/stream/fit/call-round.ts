import type {
  AssistantMessage,
  Message,
  ServiceApprovalPart,
  ToolCallPart,
  ToolMessage,
} from "../../contract/message.ts";
import { FirstById } from "./first-by-id.ts";
import type { FittedMessage, FittedResult } from "./fitted-message.ts";
import { cancelledResult } from "./words.ts";

/** A call as it is sent, with the call of the history that it stands for. */
export interface SentCall {
  readonly source: ToolCallPart;
  readonly sent: ToolCallPart;
}

/** One round of calls: what an answer asked for, the results that came after it, and other messages in between. */
export class CallRound {
  /** The answer that the round belongs to. Undefined before the first one. */
  readonly #answer: AssistantMessage | undefined;
  readonly #calls: readonly SentCall[];
  readonly #results: Pick<FittedMessage, "message" | "results" | "approvals">[] = [];
  readonly #others: Message[] = [];
  /** Created with the first claim. */
  #unclaimed: FirstById<SentCall> | undefined;

  constructor(answer?: AssistantMessage, calls: readonly SentCall[] = []) {
    this.#answer = answer;
    this.#calls = calls;
  }

  get hasCalls(): boolean {
    return this.#calls.length > 0;
  }

  /** Messages that a person wrote while tools were at work. */
  get others(): readonly Message[] {
    return this.#others;
  }

  /** Results are gathered, as some programs write one message for each. */
  addResults(fitted: FittedMessage): void {
    this.#results.push(fitted);
  }

  addOther(message: Message): void {
    this.#others.push(message);
  }

  /** The results in the order of their calls, one for each, and how many of either had no partner. */
  paired(): { readonly answers: readonly FittedResult[]; readonly unanswered: number; readonly orphans: number } {
    const all = this.#results.flatMap(({ results }) => results);
    const left = new FirstById(all, ({ result }) => result.id);
    let unanswered = 0;
    const answers = this.#calls.map(({ source, sent }): FittedResult => {
      const found = left.take(source.id);
      if (found !== undefined) return answering(found, sent);
      unanswered++;
      return { result: cancelledResult(sent, false), media: [] };
    });
    return { answers, unanswered, orphans: left.left };
  }

  /** A result as it came, with the id that its call is sent with. `idOf`: the id of a result without a call. */
  claim(fitted: FittedResult, idOf: (id: string) => string): FittedResult {
    const { id, name } = fitted.result;
    this.#unclaimed ??= new FirstById(this.#calls, ({ source }) => source.id);
    const call = this.#unclaimed.take(id);
    return answering(fitted, call?.sent ?? { id: idOf(id), name });
  }

  /** The message of these answers: the very message of the history if it says just that. Undefined if it says nothing. */
  toolMessage(answers: readonly FittedResult[]): Message | undefined {
    const content: ToolMessage["content"] = [...answers.map(({ result }) => result), ...this.#decisions()];
    if (content.length === 0) return undefined;
    const [only, ...others] = this.#results;
    return others.length > 0 ? { role: "tool", content } : withContent(only?.message, content);
  }

  /** The decisions about what the answer asked approval for: others are left out. */
  #decisions(): readonly ServiceApprovalPart[] {
    const decisions = this.#results.flatMap(({ approvals }) => approvals);
    if (decisions.length === 0) return decisions;
    const asked = new Set<string>();
    for (const part of this.#answer?.content ?? []) if (part.type === "service-approval-request") asked.add(part.id);
    return decisions.filter(({ id }) => asked.has(id));
  }
}

/** A tool message of these parts: the very message if it has them already. */
export function withContent(message: Message | undefined, content: ToolMessage["content"]): ToolMessage {
  if (message?.role !== "tool") return { role: "tool", content };
  const isSame =
    message.content.length === content.length && content.every((part, index) => part === message.content[index]);
  return isSame ? message : { ...message, content };
}

/** A result with the id and the name of its call, as they are sent. */
function answering(fitted: FittedResult, { id, name }: Pick<ToolCallPart, "id" | "name">): FittedResult {
  const { result, media } = fitted;
  return result.id === id && result.name === name ? fitted : { result: { ...result, id, name }, media };
}
