import { stripVTControlCharacters } from "node:util";
import type { RunEvent, ToolCallEndEvent, ToolProgressEvent, ToolResultEvent } from "@waygate/core";
import { cutLine } from "../tools/cut-line.ts";
import { callLine, parsedArguments, resultText } from "./call-line.ts";
import { cutColumns } from "./columns.ts";
import { exactLine, exactText } from "./exact-text.ts";
import type { Output } from "./output.ts";
import { printable } from "./printable.ts";
import type { Screen } from "./screen.ts";
import { WordWrap, wrapText } from "./word-wrap.ts";

const maxResultLines = 4;
const maxProgressLines = 12;
const maxErrorLength = 400;

type Block = "answer" | "reasoning" | "tools" | "notice";

/** Shows the events of one run as they come: text as it is said, tool calls and their results in a few lines. */
export class RunView {
  readonly #screen: Screen;
  readonly #answer: Output;
  readonly #aside: Output;
  #block: Block | undefined;
  /** Of the block of text or reasoning that is being written. */
  #prose = new WordWrap(80);
  /** The names of the calls, by their ids. */
  readonly #names = new Map<string, string>();
  readonly #calls = new Map<string, string>();
  /** Lines of progress shown, by call. */
  readonly #progress = new Map<string, number>();
  /** The call that the lines just written belong to. */
  #latestCall: string | undefined;

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#answer = screen.answer;
    this.#aside = screen.aside;
  }

  async show(event: RunEvent): Promise<void> {
    await this.#screen.whenFree();
    switch (event.type) {
      case "step-start":
        // Two texts in a pipe or a file are told apart by a line break, and by nothing else.
        if (!this.#answer.terminal) await this.#answer.startLine();
        this.#screen.waiting.start("waiting for the model");
        break;
      case "text-delta":
        await this.#enter("answer");
        // Whoever reads a pipe or a file gets what the model said, to the byte.
        await this.#answer.write(this.#answer.terminal ? this.#prose.push(printable(event.text)) : event.text);
        break;
      case "reasoning-delta":
        await this.#enter("reasoning");
        await this.#think(this.#prose.push(printable(event.text)));
        break;
      case "notice":
        await this.#notice(event.message);
        break;
      case "retry":
        await this.#notice(`${event.error.message} Asking again in ${seconds(event.delayMs)}.`);
        this.#screen.waiting.start("waiting to ask again");
        break;
      case "failover":
        await this.#notice(`${event.error.message} Asking ${event.to.gateway}:${event.to.model} instead.`);
        break;
      case "tool-call-start":
        this.#names.set(event.id, event.name);
        this.#screen.waiting.start(`${exactLine(event.name)} is being written`);
        break;
      case "tool-call-end":
        await this.#call(event);
        this.#screen.waiting.start("waiting for the model");
        break;
      case "tool-start":
        this.#screen.waiting.start(`${exactLine(event.name)} is working`);
        break;
      case "tool-progress":
        await this.#progressed(event);
        break;
      case "tool-result":
        await this.#result(event);
        break;
    }
  }

  /** Ends what the run wrote, whole or broken off. */
  async end(): Promise<void> {
    this.#screen.waiting.stop();
    // A question that the end of the run closes has a last word.
    await this.#screen.whenFree();
    await this.#finishWord();
    await this.#answer.startLine();
    await this.#aside.startLine();
  }

  async #think(text: string): Promise<void> {
    await this.#aside.write(text === "" ? "" : this.#aside.style("dim", text));
  }

  /** Writes the word that waited for more of itself. */
  async #finishWord(): Promise<void> {
    if (this.#block === "answer") await this.#answer.write(this.#prose.flush());
    else await this.#think(this.#prose.flush());
  }

  async #notice(message: string): Promise<void> {
    await this.#enter("notice");
    await this.#aside.paragraph("note: ", exactText(message), "dim");
  }

  async #call(event: ToolCallEndEvent): Promise<void> {
    await this.#enter("tools");
    const value = parsedArguments(event.arguments);
    const fault = event.complete ? (value === undefined ? "  arguments are not JSON" : "") : "  cut off";
    const name = this.#names.get(event.id) ?? "";
    const text = callLine(name, value ?? event.arguments, this.#aside.width - 6 - fault.length);
    this.#calls.set(event.id, text);
    this.#latestCall = event.id;
    const { aside } = this.#screen;
    await aside.line(`  ${aside.style("cyan", "→")} ${text}${aside.style("yellow", fault)}`);
  }

  async #progressed({ id, value }: ToolProgressEvent): Promise<void> {
    await this.#enter("tools");
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const lines = linesOf(text);
    const shown = this.#progress.get(id) ?? 0;
    this.#progress.set(id, shown + lines.length);
    if (shown >= maxProgressLines || lines.length === 0) return;
    await this.#under(id);
    const room = maxProgressLines - shown;
    for (const line of lines.slice(0, room)) await this.#line("dim", `  ${line}`);
    if (lines.length > room) await this.#line("dim", "  …");
  }

  async #result({ id, result }: ToolResultEvent): Promise<void> {
    await this.#enter("tools");
    const named = await this.#under(id, result.isError);
    const text = resultText(result.content);
    const lines = linesOf(text);
    // What was shown while it came is not shown again; the last line says how it ended.
    const shown = this.#progress.has(id) ? lines.slice(-1) : lines.slice(0, maxResultLines);
    const rest = this.#progress.has(id) ? 0 : lines.length - shown.length;
    const style = result.isError ? "red" : "dim";
    const mark = result.isError && !named ? "✗ " : "";
    for (const [index, line] of shown.entries()) await this.#line(style, `  ${index === 0 ? mark : ""}${line}`);
    if (rest > 0) await this.#line("dim", `  … ${rest} more ${rest === 1 ? "line" : "lines"}`);
    if (lines.length === 0) await this.#line("dim", "  nothing");
    this.#latestCall = undefined;
  }

  /** Names the call that the next lines belong to, unless it stands right above. Returns whether it did. */
  async #under(id: string, failed = false): Promise<boolean> {
    if (this.#latestCall === id) return false;
    this.#latestCall = id;
    const { aside } = this.#screen;
    const mark = failed ? aside.style("red", "✗") : aside.style("green", "✓");
    await aside.line(`  ${mark} ${this.#calls.get(id) ?? ""}`);
    return true;
  }

  /** One line of the aside, indented and cut to the terminal's width; what failed is worth a few of them. */
  async #line(style: "dim" | "red", text: string): Promise<void> {
    const { width } = this.#aside;
    const lines =
      style === "red" ? wrapText(cutLine(text, maxErrorLength), width - 3, "    ") : cutColumns(text, width - 3);
    await this.#aside.line(`  ${this.#aside.style(style, lines)}`);
  }

  /** Sets what is of another kind apart. */
  async #enter(block: Block): Promise<void> {
    if (this.#block === block) return;
    await this.#finishWord();
    this.#block = block;
    this.#prose = new WordWrap((block === "answer" ? this.#answer : this.#aside).width);
    const output = block === "answer" ? this.#answer : this.#aside;
    if (output.terminal) await output.startBlock();
    else if (block !== "answer") await output.startLine();
  }
}

function seconds(milliseconds: number): string {
  return milliseconds < 950 ? "a moment" : `${Math.round(milliseconds / 1000)} s`;
}

function linesOf(text: string): readonly string[] {
  const lines = printable(stripVTControlCharacters(text)).split("\n");
  return lines.map((line) => line.replaceAll("\t", "  ").trimEnd()).filter((line) => line !== "");
}
