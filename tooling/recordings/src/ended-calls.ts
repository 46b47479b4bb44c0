/** A tool call as a recording's expectation describes one. */
export interface EndedCall {
  readonly id: string;
  readonly name: string;
  readonly raw: string;
  readonly status: "ok" | "invalid" | "truncated";
  /** The arguments as JSON; `undefined` unless `status` is `"ok"`. */
  readonly value: unknown;
}

/** The events of tool calls, as far as they are read here. */
interface CallEvent {
  readonly type: string;
  readonly id?: string | undefined;
  readonly name?: string;
  readonly arguments?: string;
  readonly complete?: boolean;
  readonly executor?: string | undefined;
}

/** Collects the calls of an answer that the client is to execute from its events. Reads arguments by itself, so that tests do not rely on core for it. */
export class EndedCalls {
  readonly list: EndedCall[] = [];
  readonly #names = new Map<string, string>();

  add({ type, id = "", name = "", arguments: raw = "", complete, executor }: CallEvent): void {
    if (type === "tool-call-start" && executor !== "service") this.#names.set(id, name);
    if (type !== "tool-call-end" || !this.#names.has(id)) return;
    const value = complete === true ? parse(raw) : undefined;
    const status = complete === true ? (value === undefined ? "invalid" : "ok") : "truncated";
    this.list.push({ id, name: this.#names.get(id) ?? "", raw, status, value });
  }
}

function parse(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
