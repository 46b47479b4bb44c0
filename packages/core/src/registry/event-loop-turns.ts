/** How long a stream may be read without a turn of the event loop, in milliseconds. */
const readingMs = 10;
/** How many batches in a row a source may give at once, within the call that asked for them. */
const maxImmediate = 256;

/** Counts the turns of the event loop while somebody looks. One timer for all streams. */
let turns = 0;
let isLooking = false;

function look(): void {
  if (isLooking) return;
  isLooking = true;
  setTimeout(() => {
    isLooking = false;
    turns++;
  }, 0);
}

/**
 * Lets the event loop turn while a stream is read. A plugin that computes, or that has always something to say, would
 * otherwise keep timers, aborts and other streams waiting. Promises alone never let the loop turn.
 */
export class EventLoopTurns {
  #turn = -1;
  #since = 0;
  #immediate = 0;

  /** Returns whether the loop must turn before an iterator is asked again. */
  isDueForIterator(): boolean {
    if (this.#turn !== turns) {
      this.#turn = turns;
      this.#since = performance.now();
      look();
      return false;
    }
    return performance.now() - this.#since > readingMs;
  }

  /** Returns whether the loop must turn before a source that answers by callbacks is asked again. */
  isDueForSource(): boolean {
    return this.#immediate > maxImmediate;
  }

  /** A source has answered. `immediately`: within the call that asked it. */
  answered(immediately: boolean): void {
    this.#immediate = immediately ? this.#immediate + 1 : 0;
  }

  /** Calls back after the loop has turned. */
  after(goOn: () => void): void {
    setTimeout(() => {
      this.#turn = -1;
      this.#immediate = 0;
      goOn();
    }, 0);
  }
}
