import type { JsonValue, Tool } from "@waygate/core";

export interface Outcome {
  readonly result: unknown;
  readonly progress: readonly JsonValue[];
}

/** Carries a tool out as the loop does. */
export async function call(tool: Tool, args: object, signal = new AbortController().signal): Promise<Outcome> {
  const returned: unknown = await tool.execute(args as never, { id: "call_1", signal });
  const progress: JsonValue[] = [];
  if (!isGenerator(returned)) return { result: returned, progress };
  for (;;) {
    const { done, value } = await returned.next();
    if (done === true) return { result: value, progress };
    progress.push(value);
  }
}

export function isGenerator(value: unknown): value is AsyncGenerator<JsonValue, unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
