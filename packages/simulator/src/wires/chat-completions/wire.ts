import type { Answer } from "../../answer.ts";
import type { Conversation } from "../../conversation.ts";
import { RequestFailure } from "../../failure.ts";
import { type FramesAround, middleOf } from "../middle.ts";
import { isOne, lowerCased, sliced } from "../reply-body.ts";
import { sameText } from "../same-text.ts";
import type { Endpoint, Frame, Keys, ReceivedRequest, Reply, Wire } from "../wire.ts";
import type { Completion } from "./completion.ts";
import { chunks, toCompletion, wholeBody } from "./completion.ts";
import { failureBody } from "./failure.ts";
import { modelList } from "./models.ts";
import { decodeRequest } from "./request.ts";

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map([
  ["/v1/models", { kind: "models", method: "GET" }],
  ["/v1/chat/completions", { kind: "completion", method: "POST" }],
]);

/** OpenAI's chat completions, as most gateways and local servers speak them. */
export const chatCompletions: Wire = {
  endpoint: (path) => ENDPOINTS.get(path),
  authorize,
  models: modelList,
  decode: decodeRequest,
  encode,
  failure: failureBody,
};

function authorize({ headers }: ReceivedRequest, { apiKey }: Keys): void {
  if (apiKey === undefined || sameText(headers.authorization ?? "", `Bearer ${apiKey}`)) return;
  throw new RequestFailure(401, "The request carries no API key, or not the one that this simulator was given.");
}

function encode(answer: Answer, conversation: Conversation, serial: number): Reply {
  const status = answer.status ?? 200;
  const streamed = conversation.stream && status < 400;
  const type = streamed
    ? { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" }
    : { "content-type": "application/json" };
  return {
    status,
    headers: { ...type, "x-request-id": `req_simulator_${serial}`, ...lowerCased(answer.headers) },
    streamed,
    separateWrites: answer.raw !== undefined && typeof answer.raw !== "string" && !(answer.raw instanceof Uint8Array),
    frames: frames(answer, streamed, status, () => toCompletion(answer, conversation, serial)),
    errorFrame: (body) => {
      const error =
        body ?? failureBody(new RequestFailure(500, "The simulator broke off this answer, as it was told to."));
      return streamed ? event(error) : JSON.stringify(error);
    },
    middleOf: (kind) => middleOf(answer, kind, framesAround),
    garbageFrame: streamed ? 'data: {"this is": not JSON\n\n' : "<html><body>This is not JSON.</body></html>",
  };
}

const framesAround: FramesAround = {
  text: { before: 0, after: 0 },
  reasoning: { before: 0, after: 0 },
  "tool-call": { before: 1, after: 0 },
};

function frames(answer: Answer, streamed: boolean, status: number, complete: () => Completion): Iterable<Frame> {
  if (answer.raw !== undefined) return isOne(answer.raw) ? [answer.raw] : answer.raw;
  if (answer.chunks !== undefined) return streamed ? events(answer.chunks) : sliced(answer.chunks[0] ?? {});
  if (status >= 400) return sliced(errorBody(answer, status));
  const completion = complete();
  if (!streamed) return sliced(wholeBody(completion));
  // A server that fails mid-answer has no end to report.
  return completion.error === undefined ? events(chunks(completion)) : map(chunks(completion), event);
}

function errorBody(answer: Answer, status: number): unknown {
  if (answer.error !== undefined) return { error: answer.error };
  return failureBody(new RequestFailure(status, `The script answers with status ${status}.`));
}

function* events(values: Iterable<unknown>): Iterable<Frame> {
  yield* map(values, event);
  yield "data: [DONE]\n\n";
}

function event(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function* map<In, Out>(values: Iterable<In>, change: (value: In) => Out): Iterable<Out> {
  for (const value of values) yield change(value);
}
