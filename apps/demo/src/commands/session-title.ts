import type { Conversation } from "../conversation.ts";
import type { ModelChoice } from "../model-choice.ts";
import { exactLine } from "../terminal/exact-text.ts";
import type { WindowTitle } from "../terminal/window-title.ts";
import { writeTitle } from "../title.ts";
import type { Services } from "./services.ts";

/** What one conversation is called: found once, after its first turn, while the person goes on. */
export class SessionTitle {
  readonly #services: Services;
  readonly #conversation: Conversation;
  readonly #window: WindowTitle;
  readonly #controller = new AbortController();
  #begun = false;
  #text: string | undefined;
  /** What is to be said when nothing else is being said. */
  #pending: string | undefined;

  constructor(services: Services, conversation: Conversation, window: WindowTitle) {
    this.#services = services;
    this.#conversation = conversation;
    this.#window = window;
  }

  get text(): string | undefined {
    return this.#text;
  }

  /** Has one written in the background, once, by the model that the settings name for it; without one, none. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { modelChooser } = this.#services;
    const written = async () => {
      const choice = await modelChooser.bySettings("thread_summary_model");
      if (choice !== undefined) await this.#write(choice);
    };
    written().catch((error: unknown) => {
      if (this.#controller.signal.aborted) return;
      const why = error instanceof Error ? error.message : String(error);
      this.#say(`The conversation got no title: ${exactLine(why)}`);
    });
  }

  /** Has one written now, of all that was said; by the conversation's own model where the settings name none. */
  async renew(): Promise<void> {
    this.#begun = true;
    const { modelChooser } = this.#services;
    await this.#write((await modelChooser.bySettings("thread_summary_model")) ?? this.#conversation.choice);
  }

  set(text: string): void {
    this.#begun = true;
    this.#text = text;
    this.#window.set(text);
    this.#say(`title: ${exactLine(text)}`);
  }

  /** Says what came during a turn. */
  async showPending(): Promise<void> {
    const { screen } = this.#services;
    const text = this.#pending;
    this.#pending = undefined;
    if (text !== undefined) await screen.interject(({ aside }) => aside.line(aside.style("dim", text)));
  }

  stop(): void {
    this.#controller.abort();
  }

  async #write(choice: ModelChoice): Promise<void> {
    const { signal } = this.#controller;
    const title = await writeTitle(this.#services.host.registry, choice, this.#conversation.messages, signal);
    if (title !== undefined && !signal.aborted) this.set(title.text);
  }

  #say(text: string): void {
    this.#pending = text;
    // Above the prompt, if there is one; else the turn that goes on says it at its end.
    if (this.#services.screen.prompt !== undefined) void this.showPending();
  }
}
