/** How many streams may be open at a time, for each model of each gateway. Those that wait are let in in order. */
export class StreamLimit {
  readonly #limit: number;
  readonly #queues = new Map<string, { open: number; readonly waiting: Set<() => void> }>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Asks for a place. `onTurn` is called once it is there: at once where one is free. The function returned gives the
   * place back, or gives up waiting for it; it is to be called once.
   */
  enter(gateway: string, model: string, onTurn: () => void): () => void {
    const key = JSON.stringify([gateway, model]);
    const queue = this.#queues.get(key) ?? { open: 0, waiting: new Set() };
    this.#queues.set(key, queue);
    // Each its own: two streams may hand in the same function.
    const turn = () => onTurn();
    if (queue.open < this.#limit) {
      queue.open++;
      turn();
    } else {
      queue.waiting.add(turn);
    }
    return () => {
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
  }
}
