import type { ModelEvent } from "@waygate/core/plugin";

/** The notices of one answer: each is said once, however often its occasion comes. */
export class Notices {
  #said: Set<string> | undefined;

  say(code: string, message: string, events: ModelEvent[]): void {
    const key = `${code}\n${message}`;
    this.#said ??= new Set();
    if (this.#said.has(key)) return;
    this.#said.add(key);
    events.push({ type: "notice", code, message });
  }
}
