import { fstatSync } from "node:fs";
import { Cursor, Output } from "./output.ts";
import { Waiting } from "./waiting.ts";

/** Standard output or standard error. */
export type StandardStream = NodeJS.WriteStream & { readonly fd: number };

export interface ScreenOptions {
  readonly stdout: StandardStream;
  readonly stderr: StandardStream;
  readonly environment: NodeJS.ProcessEnv;
  /** A person at a terminal converses: nothing is going to be piped, so everything goes to stdout. */
  readonly conversing: boolean;
}

/** What stands on the last line, and can be taken off it and put back. */
export interface LastLine {
  hide(): void;
  show(): void;
}

/** Where the program writes: the model's words to one stream, all that is said about them to another. */
export class Screen {
  readonly answer: Output;
  readonly aside: Output;
  readonly waiting: Waiting;
  readonly conversing: boolean;
  #lock: Promise<void> | undefined;

  constructor({ stdout, stderr, environment, conversing }: ScreenOptions) {
    this.conversing = conversing;
    const cursor = endTogether(stdout, stderr) ? new Cursor() : undefined;
    this.answer = new Output(stdout, environment, cursor);
    this.aside = conversing ? this.answer : new Output(stderr, environment, cursor);
    this.waiting = new Waiting(this.aside);
    this.answer.beforeWrite = this.aside.beforeWrite = () => this.waiting.stop();
  }

  /** A prompt that waits for a line at the moment: what is said meanwhile is written above it. */
  prompt: LastLine | undefined;

  /** Says something that nobody waits for, at once unless somebody has the screen for himself. */
  async interject(say: (screen: this) => Promise<void>): Promise<void> {
    if (this.#lock !== undefined) await this.whenFree();
    const { prompt } = this;
    prompt?.hide();
    if (prompt !== undefined) this.aside.lineEndedElsewhere();
    await say(this);
    prompt?.show();
  }

  /** Resolves when nobody has the screen for himself. */
  async whenFree(): Promise<void> {
    while (this.#lock !== undefined) await this.#lock;
  }

  /** Keeps those who wait for a free screen off it while `work` goes on. */
  async exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.whenFree();
    let free: () => void = () => undefined;
    this.#lock = new Promise((resolve) => {
      free = resolve;
    });
    this.waiting.stop();
    try {
      return await work();
    } finally {
      this.#lock = undefined;
      free();
    }
  }
}

/** Whether two streams end at one place: the same terminal, or one file or pipe by `2>&1`. */
function endTogether(one: StandardStream, other: StandardStream): boolean {
  if (one.isTTY && other.isTTY) return true;
  try {
    const [a, b] = [fstatSync(one.fd), fstatSync(other.fd)];
    return a.ino !== 0 && a.ino === b.ino && a.dev === b.dev;
  } catch {
    return false;
  }
}
