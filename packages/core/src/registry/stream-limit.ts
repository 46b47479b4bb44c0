/** A place among the open streams, or the wish for one. */
export interface StreamPlace {
  /** How many wait before it; `undefined` if it had its turn at once. */
  readonly ahead: number | undefined;
  /** Gives the place back, or gives up waiting for it. Called once. */
  leave(): void;
}

/** Limits how many streams are open at a time, for each model of each gateway. Those that wait are let in in order. */
export class StreamLimit {
  readonly limit: number;
  readonly #queues = new Map<string, { open: number; readonly waiting: Set<() => void> }>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Asks for a place. `onTurn` is called once it is there: at once if one is free. */
  enter(gateway: string, model: string, onTurn: () => void): StreamPlace {
    const key = JSON.stringify([gateway, model]);
    const queue = this.#queues.get(key) ?? { open: 0, waiting: new Set() };
    this.#queues.set(key, queue);
    // Each its own: two streams may hand in the same function.
    const turn = () => onTurn();
    const ahead = queue.open < this.limit ? undefined : queue.waiting.size;
    if (ahead === undefined) {
      queue.open++;
      turn();
    } else {
      queue.waiting.add(turn);
    }
    const leave = () => {
      if (queue.waiting.delete(turn)) return;
      const [next] = queue.waiting;
      if (next !== undefined) {
        queue.waiting.delete(next);
        next();
        return;
      }
      queue.open--;
      if (queue.open === 0) this.#queues.delete(key);
    };
    return { ahead, leave };
  }
}
