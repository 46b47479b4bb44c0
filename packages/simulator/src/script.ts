import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "./answer.ts";
import type { Conversation } from "./conversation.ts";

/** What a scripted function is told: the request as the model would read it, and as it came. */
export interface ScriptRequest extends Conversation {
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON of the body. */
  readonly body: unknown;
}

/** An exact answer, or a function that makes one. A function that throws is answered with status 500. */
export type Script = Answer | ((request: ScriptRequest) => Answer | Promise<Answer>);

/** Answers that wait for requests, first in, first out. */
export class ScriptQueue {
  #waiting: Script[] = [];

  /** Throws a `TypeError` for what is neither an answer nor a function. */
  add(script: Script): void {
    if (typeof script !== "function" && (typeof script !== "object" || script === null)) {
      throw new TypeError('A script is an answer object, such as { text: "hello" }, or a function that returns one.');
    }
    this.#waiting.push(script);
  }

  take(): Script | undefined {
    return this.#waiting.shift();
  }

  clear(): void {
    this.#waiting = [];
  }
}
