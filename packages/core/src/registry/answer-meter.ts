import type { FinishEvent, ModelEvent } from "../contract/event.ts";
import { isObject } from "../contract/json.ts";
import type { Limits } from "../contract/limits.ts";

/** Counts what one answer holds, so that it does not become more than a program can. */
export class AnswerMeter {
  readonly #limits: Limits;
  #calls = 0;
  /** All but arguments, in characters. */
  #bytes = 0;
  /** Arguments as they came piece by piece, and as they were in the end: a service may send either, or both. */
  #piecedArguments = 0;
  #wholeArguments = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** The limit that the answer exceeds, if it does. */
  get exceeded(): "answerBytes" | "calls" | undefined {
    if (this.#calls > this.#limits.calls) return "calls";
    const bytes = this.#bytes + Math.max(this.#piecedArguments, this.#wholeArguments);
    return bytes > this.#limits.answerBytes ? "answerBytes" : undefined;
  }

  /** Counts an event whose fields were checked. */
  add(event: ModelEvent): void {
    switch (event.type) {
      case "text-delta":
      case "reasoning-delta":
        this.#bytes += event.text.length;
        break;
      case "tool-call-delta":
        this.#piecedArguments += event.text.length;
        break;
      case "tool-call-start":
        this.#calls++;
        this.#bytes += event.id.length + event.name.length;
        break;
      case "tool-call-end":
        this.#wholeArguments += event.arguments.length;
        if (event.state !== undefined) this.#measure(event.state);
        break;
      case "finish":
        this.#measureFinish(event);
        break;
      default:
        this.#measure(event);
    }
  }

  /** Without the words of core's own. */
  #measureFinish({ type: _, reason: __, ...told }: FinishEvent): void {
    this.#measure(told);
  }

  /** Adds what a value takes as JSON, roughly, and no more than shows that it is too much. Nothing here is recursive. */
  #measure(value: unknown): void {
    const left: unknown[] = [value];
    while (left.length > 0 && this.#bytes <= this.#limits.answerBytes) {
      const next = left.pop();
      if (typeof next === "string") this.#bytes += next.length;
      else if (Array.isArray(next)) {
        this.#bytes += next.length;
        for (const item of next) left.push(item);
      } else if (ArrayBuffer.isView(next)) this.#bytes += next.byteLength;
      else if (isObject(next)) {
        for (const key in next) {
          this.#bytes += key.length;
          left.push(next[key]);
        }
      } else if (next !== undefined) this.#bytes += 8;
    }
  }
}
