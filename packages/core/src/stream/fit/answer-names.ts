import type { ModelEvent } from "../../contract/event.ts";
import type { SentNames } from "./sent-names.ts";

/** Translates an answer back: from the names that were sent to those of the program. */
export class AnswerNames {
  readonly #names: SentNames;

  constructor(names: SentNames) {
    this.#names = names;
  }

  /** The program's name of a tool that a model calls. */
  restoreName(sent: string): string {
    return this.#names.original(sent);
  }

  /** The batch with the names of the program: the very batch if none is in it that differs. */
  restore(batch: readonly ModelEvent[]): readonly ModelEvent[] {
    if (this.#names.unchanged) return batch;
    return batch.some((event) => this.#restored(event) !== event) ? batch.map((event) => this.#restored(event)) : batch;
  }

  #restored(event: ModelEvent): ModelEvent {
    if (!("name" in event)) return event;
    const name = this.#names.original(event.name);
    return name === event.name ? event : { ...event, name };
  }
}
