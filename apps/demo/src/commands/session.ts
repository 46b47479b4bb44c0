import { homedir } from "node:os";
import { sep } from "node:path";
import type { Conversation } from "../conversation.ts";
import type { ModelChoice } from "../model-choice.ts";
import { printableLine } from "../terminal/printable.ts";
import type { ConversationScope } from "../tokens.ts";
import type { Services } from "./services.ts";
import { showError, showTurn } from "./turn.ts";

/** A person's sitting at the terminal: one conversation, or several one after the other. */
export class Session {
  readonly services: Services;
  #scope: ConversationScope;

  constructor(services: Services, choice: ModelChoice) {
    this.services = services;
    this.#scope = services.openConversation(choice);
  }

  get conversation(): Conversation {
    return this.#scope.conversation;
  }

  /** Starts over with the same model; what was said or allowed is forgotten. */
  startOver(): void {
    this.#scope = this.services.openConversation(this.conversation.choice);
  }

  /** Where one is: the model, the folder, and how to get on. */
  async showHeader(): Promise<void> {
    const { aside } = this.services.screen;
    const { gateway, model } = this.conversation.choice;
    const parts = [
      aside.style("bold", "waygate"),
      aside.style("cyan", printableLine(`${gateway}:${model}`)),
      homeShortened(this.#scope.workspace.root),
    ];
    if (this.conversation.tools.length === 0) parts.push(aside.style("dim", "without tools"));
    await aside.startBlock();
    await aside.line(parts.join("  "));
    await aside.line(aside.style("dim", "/help lists the commands, Ctrl-D ends"));
  }

  /** One turn. Ctrl-C ends it and not the program; nothing else that is typed meanwhile counts. */
  async say(text: string): Promise<void> {
    const { screen, keyboard, interrupts } = this.services;
    const keys = keyboard?.listen();
    const work = interrupts.begin();
    try {
      await showTurn(screen, this.conversation, text, work.signal, "Interrupted. What was said so far is kept.");
    } catch (error) {
      await showError(screen, error);
    } finally {
      work[Symbol.dispose]();
      keys?.[Symbol.dispose]();
    }
  }
}

function homeShortened(path: string): string {
  const home = homedir();
  return path === home || path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path;
}
