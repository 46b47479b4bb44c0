import type { WriteStream } from "node:tty";
import { styleText } from "node:util";
import { wrapText } from "./word-wrap.ts";

export type Style = Parameters<typeof styleText>[0];

/** Where a terminal's cursor is, as far as it matters; shared by the streams that end at the same place. */
export class Cursor {
  /** At the beginning of a line. */
  lineStart = true;
  /** After an empty line, or at the very top. */
  blankLine = true;

  moved(text: string): void {
    if (text === "") return;
    this.blankLine = text === "\n" ? this.lineStart : text.endsWith("\n\n");
    this.lineStart = text.endsWith("\n");
  }
}

/** A stream of text for people: it knows whether it stands at the beginning of a line, and whether it has colours. */
export class Output {
  readonly stream: NodeJS.WritableStream & Partial<WriteStream>;
  /** Whether it ends at a terminal. */
  readonly terminal: boolean;
  readonly #colours: boolean;
  readonly #cursor: Cursor;
  /** Called before anything is written, to take back what is only provisional. */
  beforeWrite: (() => void) | undefined;

  constructor(stream: NodeJS.WritableStream & Partial<WriteStream>, environment: NodeJS.ProcessEnv, cursor?: Cursor) {
    this.stream = stream;
    this.terminal = stream.isTTY === true;
    this.#colours = this.terminal && !environment.NO_COLOR && environment.TERM !== "dumb";
    this.#cursor = cursor ?? new Cursor();
  }

  /** In characters; 80 where nobody knows. */
  get width(): number {
    return this.stream.columns ?? 80;
  }

  get atLineStart(): boolean {
    return this.#cursor.lineStart;
  }

  style(style: Style, text: string): string {
    return this.#colours ? styleText(style, text, { validateStream: false }) : text;
  }

  /** Writes at once, and resolves when more may be written. */
  async write(text: string): Promise<void> {
    if (text === "") return;
    this.beforeWrite?.();
    this.#cursor.moved(text);
    await this.#send(text);
  }

  /** A line of its own. */
  line(text = ""): Promise<void> {
    return this.write(`${this.#cursor.lineStart ? "" : "\n"}${text}\n`);
  }

  /** A label and a text, whose lines are broken between words where it ends at a terminal. */
  paragraph(label: string, text: string, style: Style): Promise<void> {
    const whole = this.terminal ? wrapText(label + text, this.width - 1, " ".repeat(label.length)) : label + text;
    return this.line(this.style(style, label) + whole.slice(label.length));
  }

  startLine(): Promise<void> {
    return this.write(this.#cursor.lineStart ? "" : "\n");
  }

  /** Leaves an empty line, unless there is one. */
  startBlock(): Promise<void> {
    if (!this.#cursor.lineStart) return this.write("\n\n");
    return this.write(this.#cursor.blankLine ? "" : "\n");
  }

  /** For what leaves the cursor where it was, such as a line that is wiped out again. */
  writeUncounted(text: string): void {
    this.stream.write(text);
  }

  /** Somebody else, such as a prompt, wrote to the terminal and ended its line. */
  lineEndedElsewhere(): void {
    this.#cursor.lineStart = true;
    this.#cursor.blankLine = false;
  }

  async #send(text: string): Promise<void> {
    if (this.stream.write(text)) return;
    await new Promise<void>((resolve) => {
      const settle = () => {
        this.stream.off("drain", settle).off("close", settle).off("error", settle);
        resolve();
      };
      this.stream.on("drain", settle).on("close", settle).on("error", settle);
    });
  }
}
