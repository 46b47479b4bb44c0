import { isObject } from "@waygate/core";
import { refOfResult } from "../plan/script.ts";

/** A message of a request, of whatever wire. */
export interface Turn {
  readonly role: unknown;
  readonly calls: readonly { readonly id: unknown; readonly arguments: unknown }[];
  readonly results: readonly { readonly id: unknown; readonly text: unknown; readonly failed?: boolean }[];
}

/** What is wrong with the calls and results of a history, as the strictest services have it; and results that were mixed up. */
export function checkHistory(turns: readonly Turn[]): readonly string[] {
  const problems: string[] = [];
  let open: Turn["calls"] = [];
  for (const { role, calls, results } of turns) {
    for (const { id, text } of results) {
      const call = open.find((candidate) => candidate.id === id);
      if (call === undefined) problems.push("a result has no call directly before it, or is its second one");
      else if (!belongs(text, call.arguments)) problems.push("a call is answered with the result of another one");
      open = open.filter((candidate) => candidate !== call);
    }
    if (results.length > 0 && calls.length === 0) continue;
    if (open.length > 0) problems.push(`${open.length} call(s) have no result directly after them`);
    open = role === "assistant" ? calls : [];
    if (new Set(open.map(({ id }) => id)).size < open.length) problems.push("two calls of a message have the same id");
    if (open.some(({ id }) => typeof id !== "string" || id === "")) problems.push("a call has no id");
  }
  if (open.length > 0) problems.push(`${open.length} call(s) have no result`);
  return problems;
}

/** Whether a result says nothing of another call: what a tool says names its own. */
function belongs(text: unknown, written: unknown): boolean {
  const ref = isObject(written) ? written.ref : undefined;
  const named = refOfResult(String(text));
  return named === undefined || named === ref;
}
