import { createInterface } from "node:readline/promises";
import type { ReadStream, WriteStream } from "node:tty";
import type { PasteMode } from "./paste-mode.ts";
import type { LastLine } from "./screen.ts";

/** `end`: Ctrl-D. `leave`: Ctrl-C, twice. */
export type Answer =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "end" }
  | { readonly type: "leave" };

export interface PromptOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  /** What stands before the cursor; may have colours. */
  readonly mark: string;
  /** Said at the first Ctrl-C. */
  readonly leaveHint: string;
  /** What a line that begins so may become, for the Tab key. */
  readonly completions: (line: string) => readonly string[];
  readonly pasteMode: PasteMode;
  /** Told what stands on the last line while a text is awaited; undefined afterwards. */
  readonly awaiting: (line: LastLine | undefined) => void;
}

/** How long the further lines of a paste may take to arrive from a terminal that does not mark it, in milliseconds. */
const pasteGrace = 15;

/** Reads what a person types, with a history of what was typed before. */
export class Prompt {
  readonly #options: PromptOptions;
  #history: string[] = [];

  constructor(options: PromptOptions) {
    this.#options = options;
  }

  /** Returns the next text. Lines that are pasted together are one text; `\` at the end of a line goes on to another. */
  ask(): Promise<Answer> {
    const { input, output, mark, leaveHint, completions, awaiting, pasteMode } = this.#options;
    // Made anew for each question: between them the keyboard belongs to others.
    const readline = createInterface({
      input,
      output,
      terminal: true,
      prompt: mark,
      history: this.#history,
      historySize: 200,
      removeHistoryDuplicates: true,
      completer: (line: string): [string[], string] => [[...completions(line)], line],
    });
    return new Promise((resolve) => {
      const lines: string[] = [];
      let timer: NodeJS.Timeout | undefined;
      let hinted = false;
      let pasting = false;
      const marking = pasteMode.begin();
      const onKey = (_: unknown, { name }: { readonly name?: string }) => {
        if (name === "paste-start" || name === "paste-end") pasting = name === "paste-start";
      };
      input.on("keypress", onKey);
      const settle = (answer: Answer) => {
        clearTimeout(timer);
        input.off("keypress", onKey);
        marking[Symbol.dispose]();
        awaiting(undefined);
        readline.off("close", onClose);
        readline.close();
        resolve(answer);
      };
      const onClose = () => {
        output.write("\n");
        settle({ type: "end" });
      };
      const submit = () => {
        // The last line of a paste has no end yet: it may still be edited.
        if (readline.line === "") settle({ type: "text", text: lines.join("\n").replace(/\n+$/, "") });
      };
      readline.on("close", onClose);
      readline.on("history", (history) => {
        this.#history = history;
      });
      readline.on("line", (line) => {
        hinted = false;
        clearTimeout(timer);
        if (line.endsWith("\\") && !pasting) {
          lines.push(line.slice(0, -1));
          readline.setPrompt("  ");
          readline.prompt();
          return;
        }
        lines.push(line);
        // The end of a line that is pasted sends nothing: the person does.
        if (!pasting) timer = setTimeout(submit, pasteGrace);
      });
      readline.on("SIGINT", () => {
        if (hinted && readline.line === "" && lines.length === 0) {
          output.write("\n");
          settle({ type: "leave" });
          return;
        }
        hinted = true;
        pasting = false;
        lines.length = 0;
        readline.write(null, { ctrl: true, name: "e" });
        readline.write(null, { ctrl: true, name: "u" });
        output.write(`\r\u001b[K${leaveHint}\n`);
        readline.setPrompt(mark);
        readline.prompt();
      });
      readline.prompt();
      awaiting({
        hide() {
          const { rows } = readline.getCursorPos();
          output.write(`\r${rows > 0 ? `\u001b[${rows}A` : ""}\u001b[J`);
        },
        show: () => readline.prompt(true),
      });
    });
  }
}
