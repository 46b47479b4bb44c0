import { setTimeout as delay } from "node:timers/promises";
import type { Answer, Person, Question } from "../permissions/permissions.ts";
import { type Offer, scopeWords } from "../permissions/rule.ts";
import type { Proposal } from "../tools/approval.ts";
import { exactBlock, exactHeading } from "./exact-block.ts";
import { exactLine } from "./exact-text.ts";
import type { Keyboard } from "./keyboard.ts";
import { Pager } from "./pager.ts";
import { printable } from "./printable.ts";
import { readLine } from "./read-line.ts";
import type { Screen } from "./screen.ts";
import { wrapText } from "./word-wrap.ts";

/** How long keys are ignored before the mark appears that asks for one: they were meant for something else. */
const settlingMilliseconds = 150;

/** Letters that many terminals show from right to left, with what is between them. */
const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
const rightToLeftNote =
  "Some of it is written from right to left, and your terminal may show signs next to it in another order.";

/** Asks the person at the terminal. All that would happen is shown, byte for byte, before they can agree to it. */
export class TerminalPerson implements Person {
  readonly #screen: Screen;
  readonly #keyboard: Keyboard;

  constructor(screen: Screen, keyboard: Keyboard) {
    this.#screen = screen;
    this.#keyboard = keyboard;
  }

  ask(question: Question, signal: AbortSignal): Promise<Answer> {
    return this.#screen.exclusively(async () => {
      const { aside } = this.#screen;
      using _ignored = this.#keyboard.listen();
      try {
        await aside.startBlock();
        const whole = await new Pager(aside, this.#keyboard).show(this.#rows(question), "no", signal);
        if (whole) return await this.#answer(question, signal);
        await aside.line("  › no, before all of it was shown");
        return { allowed: false };
      } catch (error) {
        await aside.write("stopped\n");
        throw error;
      }
    });
  }

  #rows({ proposal }: Question): readonly string[] {
    const { aside } = this.#screen;
    return [...exactHeading(aside, "?", headingOf(proposal)), ...exactBlock(aside, proposal.details)];
  }

  async #answer(question: Question, signal: AbortSignal): Promise<Answer> {
    const { aside } = this.#screen;
    const { offers, because, proposal } = question;
    const notes = [
      because === undefined ? [] : [`It is always asked about: ${exactLine(because)}.`],
      rightToLeft.test(headingOf(proposal) + proposal.details) ? [rightToLeftNote] : [],
    ];
    for (const note of notes.flat()) await aside.paragraph("    ", note, "yellow");
    const choices = [
      ["y", "yes, this once"],
      ...offers.map((offer) => [offer.key, offerWords(offer, question)]),
      ["n", "no"],
      ["r", "no, and say why"],
    ] as const;
    for (const [key = "", words = ""] of choices) {
      await aside.line(`    ${aside.style("bold", key)}  ${wrapText(words, aside.width - 1, " ".repeat(7))}`);
    }
    const keys = choices.map(([key]) => key).join("");
    await delay(settlingMilliseconds, undefined, { signal });
    for (;;) {
      await aside.write("  › ");
      const key = await this.#keyboard.choose(keys, signal);
      const offer = offers.find((candidate) => candidate.key === key);
      if (key !== "r") {
        await aside.write(`${key === "n" ? "no" : offer === undefined ? "yes" : "always"}\n`);
        return key === "n" ? { allowed: false } : { allowed: true, offer };
      }
      const reason = await this.#reason(signal);
      if (reason !== undefined) return { allowed: false, reason: reason.trim() === "" ? undefined : reason.trim() };
    }
  }

  /** Why not. Undefined if the person would rather choose again. */
  async #reason(signal: AbortSignal): Promise<string | undefined> {
    const { aside } = this.#screen;
    const label = "  › no, because (Esc goes back): ";
    const show = (line: string) => {
      const room = Math.max(10, aside.width - label.length - 2);
      const shown = printable(line).replaceAll(/\s/g, " ");
      // What does not fit has been read by the person who typed it.
      aside.writeUncounted(`\r\u001b[2K${label}${shown.length > room ? `…${shown.slice(1 - room)}` : shown}`);
    };
    show("");
    const reason = await readLine(this.#keyboard, signal, show);
    if (reason === undefined) aside.writeUncounted("\r\u001b[2K");
    else await aside.write("\n");
    return reason;
  }
}

function headingOf({ tool, summary, action }: Proposal): string {
  return `${tool} wants to ${summary}${action?.type === "file" ? ` ${action.path}` : ""}`;
}

function offerWords({ scope }: Offer, { lasting }: Question): string {
  const until = lasting && scope.kind !== "files" ? "always in this folder" : "until this conversation ends";
  const what =
    scope.kind === "command" ? "exactly this command" : scope.kind === "file" ? "exactly this file" : scopeWords(scope);
  return `yes, and ${until}: ${what}`;
}
