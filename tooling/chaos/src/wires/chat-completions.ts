import { isObject } from "@waygate/core";
import type { Answer } from "../plan/script.ts";
import { pieces } from "../plan/words.ts";
import type { Random } from "../random.ts";
import { checkHistory, type Turn } from "./history.ts";
import { encoded, type Wire } from "./wire.ts";

export interface ChatStyle {
  /** The field that reasoning comes in. */
  readonly reasoning: "reasoning" | "reasoning_content";
}

/** The chat-completions API: server-sent events, without any checksum. */
export function chatCompletions(style: ChatStyle): Wire {
  return {
    checked: false,
    stream(answer, random, noisy) {
      const lines = random.weighted(["\n", "\r\n", "\r"], (line) => (line === "\n" ? 8 : 1));
      const colon = random.chance(0.9) ? "data: " : "data:";
      const event = (chunk: unknown) => Buffer.from(`${colon}${JSON.stringify(chunk)}${lines}${lines}`);
      const frames = [...deltas(answer, style, random)].map((delta) => event(chunkOf(answer, delta, null)));
      const all = noisy ? frames.flatMap((frame) => [...noise(random, lines), frame]) : frames;
      if (noisy && random.chance(0.3)) all.unshift(Buffer.from("\ufeff"));
      all.push(event(chunkOf(answer, {}, answer.finish)));
      const whole = all.length - 1;
      all.push(event({ ...chunkOf(answer, {}, null), choices: [], usage: usageOf(answer) }));
      all.push(Buffer.from(`${colon}[DONE]${lines}${lines}`));
      return encoded("text/event-stream; charset=utf-8", all, whole, 2 * lines.length);
    },
    whole(answer) {
      const message = {
        role: "assistant",
        content: answer.text === "" ? null : answer.text,
        ...(answer.reasoning !== "" && { [style.reasoning]: answer.reasoning }),
        ...(answer.calls.length > 0 && { tool_calls: answer.calls.map(wholeCall) }),
      };
      const choice = { index: 0, message, finish_reason: answer.finish };
      const body = {
        ...chunkOf(answer, {}, null),
        object: "chat.completion",
        choices: [choice],
        usage: usageOf(answer),
      };
      return encoded("application/json", [Buffer.from(JSON.stringify(body))], 0);
    },
    list() {
      const data = ["model", "acme/model"].map((id) => ({ id, object: "model", context_length: 100_000 }));
      return encoded("application/json", [Buffer.from(JSON.stringify({ object: "list", data }))], 0);
    },
    failure(words, random) {
      const failure = random.pick<unknown>([
        { error: { message: words, type: "server_error", code: 502 } },
        { error: { message: "Provider returned error", code: 502, metadata: { raw: words, provider_name: words } } },
        { error: words },
        { object: "error", message: words, code: 500 },
        {
          error: { message: words, code: "server_error" },
          choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }],
        },
      ]);
      const name = random.chance(0.2) ? "event: error\n" : "";
      return Buffer.from(`${name}data: ${JSON.stringify(failure)}\n\n`);
    },
    garbage(words, random) {
      const line = random.pick([
        `data: {"choices":[{"delta":{"content":${JSON.stringify(words).slice(0, -1)}\n\n`,
        `data: {"choices": nonsense ${words.replaceAll(/\s/g, " ")}}\n\n`,
      ]);
      return Buffer.from(line);
    },
    aside(words, random) {
      const line = words.replaceAll(/[\r\n]/g, " ");
      return Buffer.from(
        random.pick([
          `: ${line}\n\n`,
          `${line}\n`,
          `x-note: ${line}\n\n`,
          `data: <p>${line}</p>\n\n`,
          `id: ${line}\n\n`,
        ]),
      );
    },
    refusal(words, status, random) {
      const body = random.pick<unknown>([
        { error: { message: words, type: "invalid_request_error", param: null, code: null } },
        { error: { message: "Provider returned error", code: status, metadata: { raw: words, provider_name: words } } },
        { error: words },
        { detail: words },
        { message: words },
        [{ error: { message: words, code: status, status: "FAILED" } }],
      ]);
      return { body: JSON.stringify(body), headers: ["content-type: application/json"] };
    },
    read: readRequest,
  };
}

function* deltas(answer: Answer, style: ChatStyle, random: Random): Generator<object> {
  yield { role: "assistant", content: "" };
  if (answer.reasoning !== "") for (const text of pieces(random, answer.reasoning)) yield { [style.reasoning]: text };
  if (answer.text !== "") for (const content of pieces(random, answer.text)) yield { content };
  for (const [index, call] of answer.calls.entries()) {
    const [first = "", ...rest] = random.chance(0.3) ? [call.arguments] : ["", ...pieces(random, call.arguments)];
    const id = call.id === "" ? {} : { id: call.id };
    yield { tool_calls: [{ index, ...id, type: "function", function: { name: call.tool, arguments: first } }] };
    for (const piece of rest) yield { tool_calls: [{ index, function: { arguments: piece } }] };
  }
}

function wholeCall({ id, tool, arguments: written }: Answer["calls"][number]): object {
  return { ...(id !== "" && { id }), type: "function", function: { name: tool, arguments: written } };
}

function chunkOf({ serial }: Answer, delta: object, finish: string | null): object {
  const choice = { index: 0, delta, finish_reason: finish };
  const created = 1_760_000_000;
  return { id: `chatcmpl-${serial}`, object: "chat.completion.chunk", created, model: "model", choices: [choice] };
}

function usageOf({ usage: { input, output } }: Answer): object {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

/** What keeps a connection open and says nothing. */
function noise(random: Random, line: string): readonly Buffer[] {
  const kinds = [
    `: OPENROUTER PROCESSING${line}${line}`,
    `: ${"keep-alive ".repeat(random.integer(1, 40))}${line}${line}`,
    `event: ping${line}data: {"type":"ping"}${line}${line}`,
    `data:${line}${line}`,
    `retry: 3000${line}${line}`,
    line,
  ];
  return random.list(0, 2, () => Buffer.from(random.pick(kinds)));
}

function readRequest(text: string): ReturnType<Wire["read"]> {
  const body: unknown = JSON.parse(text);
  const messages = isObject(body) && Array.isArray(body.messages) ? body.messages.filter(isObject) : [];
  const problems: string[] = [];
  const turns = messages.map((message): Turn => {
    const { role, content, tool_calls: calls } = message;
    if (role === "tool") return { role, calls: [], results: [{ id: message.tool_call_id, text: content }] };
    if (role === "user" && (content === "" || content === null)) problems.push("a user message is empty");
    if (role !== "assistant") return { role, calls: [], results: [] };
    const said = Array.isArray(calls) ? calls.filter(isObject) : [];
    if (said.length === 0 && content === null) problems.push("an assistant message has neither text nor calls");
    const read = said.map((call) => ({ id: call.id, arguments: argumentsOf(call, problems) }));
    return { role, calls: read, results: [] };
  });
  problems.push(...checkHistory(turns));
  return { answers: turns.filter(({ role }) => role === "assistant").length, problems };
}

function argumentsOf(call: Record<string, unknown>, problems: string[]): unknown {
  const written = isObject(call.function) ? call.function.arguments : undefined;
  try {
    return JSON.parse(String(written));
  } catch {
    problems.push("the arguments of a call are not valid JSON");
    return undefined;
  }
}
