import type { ServerResponse } from "node:http";

/**
 * Sends one event per write and stream at a fixed pace. The streams take turns within the period, as they would if each
 * came from a server of its own, so that the client is woken for a few of them and not for all at once.
 */
export class Pacer {
  readonly #turns: Set<Paced>[];
  readonly #everyMs: number;
  #started = 0;
  #streams = 0;
  #ticks = 0;
  #firstTick = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
    this.#turns = Array.from({ length: everyMs }, () => new Set<Paced>());
  }

  send(response: ServerResponse, events: readonly Buffer[]): void {
    const turn = this.#turns[this.#started % this.#everyMs];
    if (turn === undefined) return;
    const paced: Paced = { response, events, next: 0 };
    this.#started += 1;
    this.#streams += 1;
    turn.add(paced);
    response.once("close", () => {
      turn.delete(paced);
      this.#streams -= 1;
      if (this.#streams === 0) this.#stop();
    });
    this.#start();
  }

  #start(): void {
    if (this.#timer !== undefined) return;
    this.#ticks = 0;
    this.#firstTick = performance.now();
    this.#timer = setInterval(() => this.#catchUp(), 1);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A timer of 1 ms comes late now and then: the clock says how many turns are due. */
  #catchUp(): void {
    const due = performance.now() - this.#firstTick;
    for (; this.#ticks < due; this.#ticks += 1) {
      for (const paced of this.#turns[this.#ticks % this.#everyMs] ?? []) writeNext(paced);
    }
  }
}

interface Paced {
  readonly response: ServerResponse;
  readonly events: readonly Buffer[];
  next: number;
}

function writeNext(paced: Paced): void {
  const event = paced.events[paced.next];
  if (event === undefined) return;
  paced.next += 1;
  if (paced.next === paced.events.length) paced.response.end(event);
  else paced.response.write(event);
}
