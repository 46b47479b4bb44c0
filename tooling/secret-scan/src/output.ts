import { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { format } from "node:util";
import { watch } from "./watch.ts";

/** Looks at all that this process writes, and at all that it is told by the programs that it starts. */
export function watchOutput(): void {
  for (const method of ["log", "info", "debug", "warn", "error", "trace", "dir"] as const) {
    const original = console[method].bind(console) as (...words: unknown[]) => void;
    console[method] = (...words: unknown[]) => {
      watch.scan(`console.${method}`, format(...words));
      original(...words);
    };
  }
  watchWriting(process.stdout, "standard output");
  watchWriting(process.stderr, "standard error");
  watchPrograms();
}

function watchWriting(stream: Writable, what: string): void {
  const original = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  const stretch = stretchOf(what);
  stream.write = (...args: unknown[]) => {
    stretch(args[0]);
    return original(...args);
  };
}

function watchPrograms(): void {
  const prototype = ChildProcess.prototype as unknown as { spawn(options: SpawnOptions): unknown };
  const original = prototype.spawn;
  prototype.spawn = function (this: ChildProcess, options: SpawnOptions) {
    learnKeys(options.envPairs ?? []);
    const result = original.call(this, options);
    watchReading(this.stdout, "a program's standard output");
    watchReading(this.stderr, "a program's standard error");
    return result;
  };
}

interface SpawnOptions {
  readonly envPairs?: readonly string[];
}

/** Keys that a program is started with: variables that are called so, and are not this machine's own. */
function learnKeys(variables: readonly string[]): void {
  for (const pair of variables) {
    const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (/(_KEY|_TOKEN|_SECRET|PASSWORD)$/i.test(name) && process.env[name] !== value) watch.keys.learn(value);
  }
}

/** Listens without being a listener, which would set the stream in motion before anybody reads it. */
function watchReading(stream: Readable | null, what: string): void {
  if (stream === null) return;
  const original = stream.push.bind(stream);
  const stretch = stretchOf(what);
  stream.push = (chunk: unknown, ...rest) => {
    stretch(chunk);
    return original(chunk, ...rest);
  };
}

/** A key may come in two pieces: the end of the one before is looked at with each. */
function stretchOf(what: string): (chunk: unknown) => void {
  const overlap = 200;
  let tail = "";
  return (chunk) => {
    if (typeof chunk !== "string" && !(chunk instanceof Uint8Array)) return;
    const piece = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    const text = tail + piece;
    watch.scan(what, text);
    // What was found is not found again.
    tail = watch.keys.find(text).length > 0 ? "" : endOf(text, overlap);
  };
}

/** The end of a text, at most `length` characters of it, without a part of a word: that of `task-1` looks like a key. */
function endOf(text: string, length: number): string {
  return text.length <= length ? text : text.slice(-length - 1).replace(/^(?:[\w-]+|.)/s, "");
}
