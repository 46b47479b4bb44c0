import type { Cost, ModelEvent, Usage } from "@waygate/core";
import { EndedCalls } from "@waygate/recordings";

/** What an answer comes to when its events are put together. */
export interface Answer {
  text: string;
  reasoning: string;
  readonly ended: EndedCalls;
  finish: string | undefined;
  raw: string | undefined;
  usage: Usage | undefined;
  cost: Cost | undefined;
  id: string | undefined;
  model: string | undefined;
  upstream: string | undefined;
  state: unknown;
  notices: string[];
}

export async function readAnswer(stream: AsyncIterable<readonly ModelEvent[]>): Promise<Answer> {
  const answer: Answer = {
    text: "",
    reasoning: "",
    ended: new EndedCalls(),
    finish: undefined,
    raw: undefined,
    usage: undefined,
    cost: undefined,
    id: undefined,
    model: undefined,
    upstream: undefined,
    state: undefined,
    notices: [],
  };
  for await (const batch of stream) for (const event of batch) add(answer, event);
  return answer;
}

function add(answer: Answer, event: ModelEvent): void {
  if (event.type === "text-delta") answer.text += event.text;
  if (event.type === "reasoning-delta") answer.reasoning += event.text;
  if (event.type === "reasoning-end" && event.state !== undefined) answer.state = event.state;
  if (event.type === "usage") Object.assign(answer, { usage: event.usage, cost: event.cost });
  if (event.type === "notice") answer.notices.push(event.code);
  if (event.type === "response-start") {
    Object.assign(answer, { id: event.id, model: event.model, upstream: event.upstream });
  }
  if (event.type === "finish") Object.assign(answer, { finish: event.reason, raw: event.raw });
  answer.ended.add(event);
}
