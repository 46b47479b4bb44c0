import type { ConversationPlan, StopWhen } from "../plan/plan.ts";

/** Watches for the moment in which a conversation is to be stopped, and calls `stop` in it, once. */
export class Stopper {
  readonly #when: StopWhen | undefined;
  readonly #stop: () => void;
  #events = 0;
  #tools = 0;
  #timer: NodeJS.Timeout | undefined;
  #done = false;

  constructor(plan: ConversationPlan["stop"], stop: () => void) {
    this.#when = plan?.when;
    this.#stop = stop;
  }

  begin(): void {
    if (this.#when?.at === "start") this.#now();
    if (this.#when?.at === "time") this.#timer = setTimeout(() => this.#now(), this.#when.milliseconds);
  }

  event(): void {
    this.#events++;
    if (this.#when?.at === "event" && this.#events === this.#when.count) this.#now();
  }

  tool(): void {
    this.#tools++;
    if (this.#when?.at === "tool" && this.#tools === this.#when.count) this.#now();
  }

  sent(request: number, part: number): void {
    const when = this.#when;
    if (when?.at === "sent" && request === when.request && part >= when.part) this.#now();
  }

  /** Nothing is watched for any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#done = true;
  }

  #now(): void {
    if (this.#done) return;
    this.end();
    this.#stop();
  }
}
