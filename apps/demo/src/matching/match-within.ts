import { MatchThread } from "./match-thread.ts";

let thread: MatchThread | undefined;

/**
 * Returns whether a JavaScript regular expression matches anywhere in a text, without trust in the expression: it is
 * matched in a thread and stopped after `limitMs`. Rejects with a `MatchTimeout` then, and with a `SyntaxError` for a
 * pattern or flags that are not valid.
 */
export async function matchWithin(pattern: string, flags: string, text: string, limitMs: number): Promise<boolean> {
  thread ??= new MatchThread();
  const { value } = await thread.run({ type: "test", pattern, flags, text }, limitMs);
  return value;
}
