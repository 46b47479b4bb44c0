import { type Answer, type Delta, deltas } from "../../answer.ts";

/** The answer as server-sent events of the chat-completions API, one buffer an event, `[DONE]` last. */
export function encodeEvents(answer: Answer, callSuffix = ""): Buffer[] {
  const events = [encode(choice({ role: "assistant", content: "" }))];
  for (const delta of deltas(answer)) events.push(encode(choice(wireDelta(delta, callSuffix))));
  events.push(encode(choice({}, (answer.calls ?? 0) > 0 ? "tool_calls" : "stop")));
  events.push(encode({ choices: [], usage }));
  events.push(Buffer.from("data: [DONE]\n\n"));
  return events;
}

const usage = {
  prompt_tokens: 12,
  completion_tokens: 345,
  total_tokens: 357,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
};

function wireDelta(delta: Delta, callSuffix: string): object {
  switch (delta.kind) {
    case "text":
      return { content: delta.text };
    case "reasoning":
      return { reasoning_content: delta.text };
    case "call": {
      const call = { name: delta.name, arguments: "" };
      return {
        tool_calls: [{ index: delta.index, id: `${delta.id}${callSuffix}`, type: "function", function: call }],
      };
    }
    case "piece":
      return { tool_calls: [{ index: delta.index, function: { arguments: delta.text } }] };
  }
}

function choice(delta: object, finishReason: string | null = null): object {
  return { choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }] };
}

function encode(rest: object): Buffer {
  const chunk = {
    id: "chatcmpl-bench",
    object: "chat.completion.chunk",
    created: 1_760_000_000,
    model: "bench",
    ...rest,
  };
  return Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`);
}
