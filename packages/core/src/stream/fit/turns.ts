import type { CompleteConstraints } from "../../contract/constraints.ts";
import type {
  AssistantMessage,
  AssistantPart,
  Message,
  TextPart,
  UserMessage,
  UserPart,
} from "../../contract/message.ts";
import { joinTexts } from "./text-parts.ts";
import { textPart, words } from "./words.ts";

/** The last message, and what has joined it. `content` is the source's own list until then. */
type OpenTurn =
  | { readonly role: "user"; readonly source: UserMessage; readonly joined: UserPart[] }
  | { readonly role: "assistant"; readonly source: AssistantMessage; readonly joined: AssistantPart[] };

/** Puts the messages after the system's in a row that a service accepts: whose turn follows whose. */
export class Turns {
  readonly #constraints: CompleteConstraints;
  readonly #messages: Message[];
  /** The last message, while another of the same role may still join it. */
  #open: OpenTurn | undefined;

  constructor(constraints: CompleteConstraints, messages: readonly Message[] = [], open?: OpenTurn) {
    this.#constraints = constraints;
    this.#messages = [...messages];
    this.#open = open;
  }

  /** Returns turns that go on from here, and add nothing to these. */
  fork(): Turns {
    return new Turns(this.#constraints, this.#messages, this.#open && forkOf(this.#open));
  }

  get isEmpty(): boolean {
    return this.#open === undefined && this.#messages.length === 0;
  }

  add(message: Message): void {
    const { repeatedRoles, userAfterTool } = this.#constraints;
    const open = this.#open;
    if (open !== undefined && repeatedRoles === "rejected") {
      if (open.role === "user" && message.role === "user") {
        open.joined.push(...message.content);
        return;
      }
      if (open.role === "assistant" && message.role === "assistant") {
        open.joined.push(...apart(open.source, open.joined, message.content));
        return;
      }
    }
    this.#close();
    if (message.role === "user" && userAfterTool === "rejected" && this.#messages.at(-1)?.role === "tool") {
      this.#messages.push({ role: "assistant", content: [textPart(words.noted)] });
    }
    if (message.role === "user") this.#open = { role: "user", source: message, joined: [] };
    else if (message.role === "assistant") this.#open = { role: "assistant", source: message, joined: [] };
    else this.#messages.push(message);
  }

  /**
   * Settles both ends. `continues`: the last message is an answer that the model goes on with. `prefilled`: the history
   * ends with the assistant by itself, and not because what came after it says nothing.
   */
  end(continues: boolean, prefilled: boolean): { readonly messages: readonly Message[]; readonly prefills: number } {
    const { assistantFirst, prefill } = this.#constraints;
    this.#close();
    const messages = this.#messages;
    const first = messages.findIndex(({ role }) => role !== "system");
    const opener = messages[first];
    if (assistantFirst === "rejected" && opener?.role !== "user" && !isCompaction(opener)) {
      const content = [textPart(opener === undefined ? words.goOn : words.begin)];
      messages.splice(first === -1 ? messages.length : first, 0, { role: "user", content });
    }
    const last = messages.at(-1);
    if (last?.role !== "assistant" || continues) return { messages, prefills: 0 };
    if (!prefilled || prefill === "rejected") {
      messages.push({ role: "user", content: [textPart(words.goOn)] });
      return { messages, prefills: prefilled ? 1 : 0 };
    }
    if (prefill === "trimmed") messages[messages.length - 1] = { ...last, content: trimmed(last.content) };
    return { messages, prefills: 0 };
  }

  #close(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    if (open.joined.length === 0) this.#messages.push(open.source);
    else if (open.role === "user") {
      const content = this.#joined([...open.source.content, ...open.joined]);
      this.#messages.push({ ...open.source, content });
    } else this.#messages.push({ ...open.source, content: [...open.source.content, ...open.joined] });
  }

  /** Messages of text alone stay a message of text alone: not every service reads a list of parts. */
  #joined(content: readonly UserPart[]): readonly UserPart[] {
    const joins = this.#constraints.textParts === "rejected" || content.every(({ type }) => type === "text");
    return joins ? joinTexts(content) : content;
  }
}

function forkOf(open: OpenTurn): OpenTurn {
  return open.role === "user" ? { ...open, joined: [...open.joined] } : { ...open, joined: [...open.joined] };
}

/** A compaction stands for the messages that went before it, the first of the user included. */
function isCompaction(message: Message | undefined): boolean {
  const part = message?.role === "assistant" ? message.content[0] : undefined;
  return part?.type === "opaque" && part.replaces === "history";
}

/** Another message's parts, so that its text does not run into the text before it: a wire may have one text for both. */
function apart(
  before: AssistantMessage,
  joined: readonly AssistantPart[],
  after: readonly AssistantPart[],
): readonly AssistantPart[] {
  const index = after.findIndex(({ type }) => type === "text");
  const text = after[index];
  const isText = ({ type }: AssistantPart) => type === "text";
  if (text?.type !== "text" || !(before.content.some(isText) || joined.some(isText))) return after;
  const separated: TextPart = { ...text, text: `\n\n${text.text}` };
  return after.with(index, separated);
}

function trimmed(content: readonly AssistantPart[]): readonly AssistantPart[] {
  const last = content.at(-1);
  if (last?.type !== "text") return content;
  return content.with(content.length - 1, { ...last, text: last.text.trimEnd() });
}
