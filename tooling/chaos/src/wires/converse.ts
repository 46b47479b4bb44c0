import { EventStreamCodec } from "@smithy/eventstream-codec";
import { isObject } from "@waygate/core";
import type { Answer } from "../plan/script.ts";
import { pieces } from "../plan/words.ts";
import type { Random } from "../random.ts";
import { checkHistory, type Turn } from "./history.ts";
import { encoded, type Wire } from "./wire.ts";

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString("utf8"),
  (text) => Buffer.from(text, "utf8"),
);

const stopReasons = { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use" } as const;

/** Bedrock's ConverseStream: frames with checksums. */
export const converse: Wire = {
  checked: true,
  stream(answer, random, noisy) {
    const frames = [...events(answer, random)];
    const all = noisy ? frames.flatMap((event) => [...noise(random), event]) : frames;
    const whole = all.findIndex(([type]) => type === "messageStop");
    const bytes = all.map(([type, value]) =>
      frame({ "message-type": "event", "event-type": type }, padded(value, random)),
    );
    return encoded("application/vnd.amazon.eventstream", bytes, whole);
  },
  whole(answer) {
    const content = [
      ...(answer.reasoning === "" ? [] : [{ reasoningContent: { reasoningText: reasoningOf(answer) } }]),
      ...(answer.text === "" ? [] : [{ text: answer.text }]),
      ...answer.calls.map((call) => ({ toolUse: { ...toolUse(call), input: JSON.parse(call.arguments) } })),
    ];
    const message = { role: "assistant", content };
    const body = { output: { message }, stopReason: stopReasons[answer.finish], ...metadata(answer) };
    return encoded("application/json", [Buffer.from(JSON.stringify(body))], 0);
  },
  list() {
    const model = {
      modelId: "anthropic.claude-opus-4-6-v1",
      modelName: "Claude",
      inferenceTypesSupported: ["ON_DEMAND"],
    };
    const body = { modelSummaries: [model], inferenceProfileSummaries: [] };
    return encoded("application/json", [Buffer.from(JSON.stringify(body))], 0);
  },
  failure(words, random) {
    const exceptions = [
      "internalServerException",
      "modelStreamErrorException",
      "throttlingException",
      "serviceUnavailableException",
      "validationException",
    ];
    if (random.chance(0.2)) {
      const headers = { "message-type": "error", "error-code": "InternalFailure", "error-message": words };
      return frame(headers, {});
    }
    const headers = { "message-type": "exception", "exception-type": random.pick(exceptions) };
    return frame(headers, random.pick<object>([{ message: words }, { originalMessage: words }, { Message: words }]));
  },
  garbage(words, random) {
    const headers = { "message-type": "event", "event-type": "contentBlockDelta" };
    const choices = [
      Buffer.from(`<html>${words}</html>`),
      rawFrame(headers, Buffer.from(`{"delta": ${words}`)),
      rawFrame({ "message-type": "chunk" }, Buffer.from(words)),
    ];
    return random.pick(choices);
  },
  aside(words) {
    return frame({ "message-type": "event", "event-type": "noteEvent" }, { note: words });
  },
  refusal(words, status, random) {
    const types = ["ValidationException", "AccessDeniedException", "ThrottlingException", "InternalServerException"];
    const type = random.pick(types);
    const body = random.pick<unknown>([
      { message: words },
      { Message: words },
      { __type: type, message: words, status },
    ]);
    return { body: JSON.stringify(body), headers: ["content-type: application/json", `x-amzn-errortype: ${type}`] };
  },
  read(text) {
    const body: unknown = JSON.parse(text);
    const messages = isObject(body) && Array.isArray(body.messages) ? body.messages.filter(isObject) : [];
    const problems: string[] = [];
    const turns = messages.map((message, index) => readMessage(message, messages[index - 1]?.role, problems));
    if (turns[0]?.role !== "user") problems.push("the first message is not the user's");
    problems.push(...checkHistory(turns));
    return { answers: turns.filter(({ role }) => role === "assistant").length, problems };
  },
};

type Event = readonly [type: string, value: Record<string, unknown>];

function* events(answer: Answer, random: Random): Generator<Event> {
  yield ["messageStart", { role: "assistant" }];
  let contentBlockIndex = 0;
  const delta = (value: object): Event => ["contentBlockDelta", { contentBlockIndex, delta: value }];
  if (answer.reasoning !== "") {
    for (const text of pieces(random, answer.reasoning)) yield delta({ reasoningContent: { text } });
    yield delta({ reasoningContent: { signature: reasoningOf(answer).signature } });
    yield ["contentBlockStop", { contentBlockIndex: contentBlockIndex++ }];
  }
  if (answer.text !== "") {
    for (const text of pieces(random, answer.text)) yield delta({ text });
    yield ["contentBlockStop", { contentBlockIndex: contentBlockIndex++ }];
  }
  for (const call of answer.calls) {
    yield ["contentBlockStart", { contentBlockIndex, start: { toolUse: toolUse(call) } }];
    for (const input of pieces(random, call.arguments)) yield delta({ toolUse: { input } });
    yield ["contentBlockStop", { contentBlockIndex: contentBlockIndex++ }];
  }
  yield ["messageStop", { stopReason: stopReasons[answer.finish] }];
  yield ["metadata", metadata(answer)];
}

function toolUse({ id, tool }: Answer["calls"][number]): object {
  return { ...(id !== "" && { toolUseId: id }), name: tool };
}

function reasoningOf({ reasoning, serial }: Answer) {
  return { text: reasoning, signature: `signature-${serial}` };
}

function metadata({ usage: { input, output } }: Answer) {
  const usage = { inputTokens: input, outputTokens: output, totalTokens: input + output };
  return { usage, metrics: { latencyMs: 1 } };
}

/** Bedrock pads its frames to unequal lengths, so that their sizes tell nothing. */
function padded(value: object, random: Random): object {
  return { ...value, p: "abcdefghijklmnopqrstuvwxyz".slice(0, random.integer(1, 26)) };
}

function noise(random: Random): readonly Event[] {
  return random.list(0, 1, () => ["pingEvent", { ping: random.integer(0, 9) }]);
}

function frame(headers: Readonly<Record<string, string>>, value: object): Buffer {
  return rawFrame({ "content-type": "application/json", ...headers }, Buffer.from(JSON.stringify(value)));
}

function rawFrame(headers: Readonly<Record<string, string>>, body: Buffer): Buffer {
  const entries = Object.entries(headers).map(([name, value]) => [`:${name}`, { type: "string", value }] as const);
  return Buffer.from(codec.encode({ headers: Object.fromEntries(entries), body }));
}

function readMessage(message: Record<string, unknown>, before: unknown, problems: string[]): Turn {
  const { role, content } = message;
  if (role === before) problems.push(`two messages of the ${role} follow each other`);
  const blocks = Array.isArray(content) ? content.filter(isObject) : [];
  if (blocks.length === 0) problems.push(`a message of the ${role} is empty`);
  if (blocks.some(({ text }) => typeof text === "string" && text.trim() === "")) problems.push("a text is blank");
  const calls = blocks.flatMap(({ toolUse: use }) => (isObject(use) ? [use] : []));
  if (calls.some(({ input }) => !isObject(input))) problems.push("the input of a call is not an object");
  const results = blocks.flatMap(({ toolResult }) => (isObject(toolResult) ? [toolResult] : []));
  return {
    role,
    calls: calls.map(({ toolUseId, input }) => ({ id: toolUseId, arguments: input })),
    results: results.map((result) => ({ id: result.toolUseId, text: JSON.stringify(result.content) })),
  };
}
