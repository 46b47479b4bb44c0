import { longestTimerMs } from "../contract/deadlines.ts";
import type { JsonValue } from "../contract/json.ts";
import type { ExecutableTool, ToolContext, ToolReturn } from "./tool.ts";

/** Takes a tool's report. Resolves when it was passed on; false where nobody wants any more. */
export type OnProgress = (value: JsonValue) => Promise<boolean>;

/**
 * Has a tool do its work, and resolves with what it returns. One that takes longer than `limitMs` is given up, whether
 * it heeds its signal or not. Rejects with whatever the tool throws.
 */
export function work(
  tool: ExecutableTool,
  args: unknown,
  { id, signal }: ToolContext,
  limitMs: number,
  onProgress: OnProgress,
): Promise<ToolReturn> {
  // The arguments were checked against the tool's own schema, which is all that `never` stands for.
  const execute = (own: AbortSignal) => finish(() => tool.execute(args as never, { id, signal: own }), own, onProgress);
  return limitMs > longestTimerMs ? execute(signal) : inTime(limitMs, signal, execute);
}

async function inTime<Result>(
  limitMs: number,
  signal: AbortSignal,
  execute: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const late = new Error(`It did not finish within ${limitMs / 1000} s and was given up.`);
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    controller.abort(late);
    reject(late);
  }, limitMs);
  try {
    return await Promise.race([execute(controller.signal), promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** What a tool returns in the end, its progress passed on. */
async function finish(begin: () => unknown, signal: AbortSignal, onProgress: OnProgress): Promise<ToolReturn> {
  const returned = await begin();
  if (!isGenerator(returned)) return returned;
  // An async generator begins with its first `next`: an abort may have come since it was created.
  while (!signal.aborted) {
    const { done, value } = await returned.next();
    if (done === true) return value;
    if (signal.aborted || !(await onProgress(value))) break;
  }
  await returned.return(undefined);
  return undefined;
}

function isGenerator(value: unknown): value is AsyncGenerator<JsonValue, unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value && "next" in value;
}
