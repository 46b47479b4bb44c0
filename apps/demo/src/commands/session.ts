import { homedir } from "node:os";
import { sep } from "node:path";
import type { Conversation } from "../conversation.ts";
import type { ModelChoice } from "../model-choice.ts";
import type { RememberedRules } from "../permissions/remembered-rules.ts";
import { exactLine } from "../terminal/exact-text.ts";
import { WindowTitle } from "../terminal/window-title.ts";
import type { ConversationScope } from "../tokens.ts";
import type { Services } from "./services.ts";
import { SessionTitle } from "./session-title.ts";
import { showError, showTurn } from "./turn.ts";

/** A person's sitting at the terminal: one conversation, or several one after the other. */
export class Session implements Disposable {
  readonly services: Services;
  readonly #window: WindowTitle;
  #scope: ConversationScope;
  #title: SessionTitle;

  constructor(services: Services, choice: ModelChoice) {
    this.services = services;
    this.#window = new WindowTitle(services.screen.aside, services.surroundings.environment);
    this.#scope = services.openConversation(choice);
    this.#title = new SessionTitle(services, this.conversation, this.#window);
  }

  get conversation(): Conversation {
    return this.#scope.conversation;
  }

  /** What the person allowed for more than one call. */
  get rules(): RememberedRules {
    return this.#scope.rules;
  }

  get title(): SessionTitle {
    return this.#title;
  }

  /** Starts over with the same model; what was said, and allowed until its end, is forgotten. */
  startOver(): void {
    this.#title.stop();
    this.#window.restore();
    this.#scope = this.services.openConversation(this.conversation.choice);
    this.#title = new SessionTitle(this.services, this.conversation, this.#window);
  }

  /** Where one is: the model, the folder, and how to get on. */
  async showHeader(): Promise<void> {
    const { aside } = this.services.screen;
    const { gateway, model } = this.conversation.choice;
    const parts = [
      aside.style("bold", "waygate"),
      aside.style("cyan", exactLine(`${gateway}:${model}`)),
      exactLine(homeShortened(this.#scope.workspace.root)),
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
      const turn = await showTurn(
        screen,
        this.conversation,
        text,
        work.signal,
        "Interrupted. What was said so far is kept.",
      );
      if (turn.outcome.type === "ended") this.#title.begin();
    } catch (error) {
      await showError(screen, error);
    } finally {
      work[Symbol.dispose]();
      keys?.[Symbol.dispose]();
    }
    await this.#title.showPending();
  }

  [Symbol.dispose](): void {
    this.#title.stop();
    this.#window.restore();
  }
}

function homeShortened(path: string): string {
  const home = homedir();
  return path === home || path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path;
}
