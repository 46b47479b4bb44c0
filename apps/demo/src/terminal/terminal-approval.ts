import { stripVTControlCharacters } from "node:util";
import type { Approval, Decision, Proposal } from "../tools/approval.ts";
import type { Keyboard } from "./keyboard.ts";
import { printable } from "./printable.ts";
import type { Screen } from "./screen.ts";

/** Asks the person at the terminal, one question at a time. */
export class TerminalApproval implements Approval {
  readonly #screen: Screen;
  readonly #keyboard: Keyboard;
  /** Tools that were allowed for the rest of the conversation. */
  readonly #always = new Set<string>();
  #previous: Promise<unknown> = Promise.resolve();

  constructor(screen: Screen, keyboard: Keyboard) {
    this.#screen = screen;
    this.#keyboard = keyboard;
  }

  ask(proposal: Proposal, signal: AbortSignal): Promise<Decision> {
    const decision = this.#previous.then(() => this.#decide(proposal, signal));
    this.#previous = decision.catch(() => undefined);
    return decision;
  }

  async #decide(proposal: Proposal, signal: AbortSignal): Promise<Decision> {
    signal.throwIfAborted();
    if (this.#always.has(proposal.tool)) return { allowed: true };
    const key = await this.#screen.exclusively(() => this.#question(proposal, signal));
    if (key === "a") this.#always.add(proposal.tool);
    if (key !== "n") return { allowed: true };
    return {
      allowed: false,
      reason: `The person refused this call of ${proposal.tool}. It was not carried out; do not try it again, ask what they want instead.`,
    };
  }

  async #question({ tool, summary, details }: Proposal, signal: AbortSignal): Promise<string> {
    const { aside } = this.#screen;
    await aside.startBlock();
    await aside.line(`  ${aside.style("yellow", "?")} ${aside.style("bold", tool)} wants to ${printable(summary)}`);
    // Whole, unlike everything else that is shown: what is cut off could be what matters.
    for (const line of printable(stripVTControlCharacters(details)).split("\n")) {
      await aside.line(
        `    ${aside.style(line.startsWith("- ") ? "red" : line.startsWith("+ ") ? "green" : [], line)}`,
      );
    }
    const choice = `${aside.style("bold", "y")}es  ${aside.style("bold", "n")}o  ${aside.style("bold", "a")}lways ${tool}`;
    await aside.write(`    ${choice}  › `);
    try {
      const key = await this.#keyboard.choose("yna", signal);
      await aside.write(`${key === "y" ? "yes" : key === "n" ? "no" : "always"}\n`);
      return key;
    } catch (error) {
      await aside.write("stopped\n");
      throw error;
    }
  }
}
