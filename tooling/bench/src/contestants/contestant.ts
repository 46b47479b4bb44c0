import { emptyTally, type Tally, toolName } from "../answer.ts";

/** One way to read the answers of a wire. The same module default-exports nothing else, and is loaded in a process of its own. */
export type OpenClient = (apiUrl: string) => Client | Promise<Client>;

export interface Client {
  /** One request, its answer read to the end. `tool`: offer the tool; a call of it is read but not answered. */
  answer(tool: boolean): Promise<Tally>;
  /** Requests until the model calls no tool any more, each call answered with the tool's result. Absent where no case has it. */
  loop?(): Promise<Tally>;
  /** Reads this many text deltas, waits, and leaves the rest unread. */
  pause(after: number, wait: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export const model = "bench";
export const apiKey = "bench-key";
export const prompt = "go";
/** Above the calls of the longest loop. */
export const maxSteps = 100;

export const tool = {
  name: toolName,
  description: "Writes a file.",
  parameters: {
    type: "object",
    properties: { path: { type: "string" }, content: { type: "string" } },
    required: ["path", "content"],
    additionalProperties: false,
  },
} as const;

export function runTool(): string {
  return "written";
}

/** The consumer, the same for all: keeps the text, counts the rest. */
export class Reader {
  readonly #tally = emptyTally();
  #text = "";
  #reasoning = "";

  text(text: string): void {
    if (text === "") return;
    this.#tally.deltas += 1;
    this.#text += text;
  }

  reasoning(text: string): void {
    if (text === "") return;
    this.#tally.deltas += 1;
    this.#reasoning += text;
  }

  piece(text: string): void {
    if (text === "") return;
    this.#tally.deltas += 1;
    this.#tally.arguments += text.length;
  }

  call(): void {
    this.#tally.calls += 1;
  }

  tally(): Tally {
    return { ...this.#tally, text: this.#text.length, reasoning: this.#reasoning.length };
  }
}
