import type { ModelEvent } from "../contract/event.ts";
import type { Message } from "../contract/message.ts";

/**
 * Makes the ids of tool calls unique within a conversation. Services that number their calls anew in each answer repeat
 * ids; everything that belongs to a call, results and approvals above all, is found by its id. A repeated id gets a
 * number, `call_0_2`, which depends on the order of the calls alone.
 */
export class CallIds {
  #messages: readonly Message[];
  /** The ids in use. Read from the messages when the first call comes: most runs have none. */
  #used: Set<string> | undefined;
  /** The number that the last repetition of an id got. */
  #numbers: Map<string, number> | undefined;
  /** The new ids of this conversation's repeated ones, by the id that the service sent last. */
  #renamed: Map<string, string> | undefined;

  constructor(messages: readonly Message[]) {
    this.#messages = messages;
  }

  /** Takes note of an id that is in use. */
  note(id: string): void {
    this.#all().add(id);
  }

  /** Takes note of the ids of messages that the program adds. */
  noteAll(messages: readonly Message[]): void {
    if (this.#used !== undefined) addIds(messages, this.#used);
    else this.#messages = [...this.#messages, ...messages];
  }

  /** Returns the batch with unique ids: the same list if all of them are. */
  makeUnique(batch: readonly ModelEvent[]): readonly ModelEvent[] {
    let changed: ModelEvent[] | undefined;
    for (let index = 0; index < batch.length; index++) {
      const event = batch[index];
      if (event === undefined) continue;
      const unique = this.#unique(event);
      if (unique === event) continue;
      changed ??= [...batch];
      changed[index] = unique;
    }
    return changed ?? batch;
  }

  #unique(event: ModelEvent): ModelEvent {
    switch (event.type) {
      case "tool-call-start":
      case "service-approval-request": {
        const id = this.#claim(event.id);
        return id === event.id ? event : { ...event, id };
      }
      case "tool-call-delta":
      case "tool-call-end":
      case "service-tool-result": {
        const id = this.#renamed?.get(event.id);
        return id === undefined ? event : { ...event, id };
      }
      case "source":
      case "media": {
        const toolCallId = event.toolCallId === undefined ? undefined : this.#renamed?.get(event.toolCallId);
        return toolCallId === undefined ? event : { ...event, toolCallId };
      }
      default:
        return event;
    }
  }

  #claim(sent: string): string {
    const used = this.#all();
    let id = sent;
    if (used.has(id)) {
      this.#numbers ??= new Map();
      let number = this.#numbers.get(sent) ?? 1;
      while (used.has(id)) id = `${sent}_${++number}`;
      this.#numbers.set(sent, number);
    }
    used.add(id);
    if (id !== sent) {
      this.#renamed ??= new Map();
      this.#renamed.set(sent, id);
    } else this.#renamed?.delete(sent);
    return id;
  }

  #all(): Set<string> {
    if (this.#used === undefined) {
      this.#used = new Set();
      addIds(this.#messages, this.#used);
      this.#messages = [];
    }
    return this.#used;
  }
}

function addIds(messages: readonly Message[], ids: Set<string>): void {
  for (const { content } of messages) {
    for (const part of content) {
      if (part.type === "tool-call" || part.type === "service-approval-request") ids.add(part.id);
    }
  }
}
