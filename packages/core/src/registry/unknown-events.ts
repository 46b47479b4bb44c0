import type { ModelEvent } from "../contract/event.ts";
import { isUnknownEvent } from "../stream/order.ts";

/** Drops events of types that a later contract has added, with one notice for each type. One for each stream. */
export class UnknownEvents {
  readonly #gateway: string;
  readonly #types = new Set<string>();

  constructor(gateway: string) {
    this.#gateway = gateway;
  }

  /** Returns the batch without them. */
  dropFrom(batch: readonly ModelEvent[]): readonly ModelEvent[] {
    return batch.flatMap((event) => {
      if (!isUnknownEvent(event)) return [event];
      if (this.#types.has(event.type)) return [];
      this.#types.add(event.type);
      const message =
        `The plugin of gateway "${this.#gateway}" sent events of the type "${event.type}", which this version of ` +
        "@waygate/core does not know. They were dropped. Update @waygate/core.";
      return [{ type: "notice", code: "event-unknown", message, data: { type: event.type } }];
    });
  }
}
