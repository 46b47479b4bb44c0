import type { IncomingMessage, ServerResponse } from "node:http";
import { abortable } from "./abortable.ts";
import type { Answer } from "./answer.ts";
import { parseBody, readBody } from "./body.ts";
import type { Conversation } from "./conversation.ts";
import type { Outlet } from "./delivery.ts";
import { beforeHeaders, deliver, isBeforeHeaders, pause, strike } from "./delivery.ts";
import { RequestFailure } from "./failure.ts";
import type { Fault, FaultQueue, StatusFault } from "./faults.ts";
import { answerConversation } from "./model/model.ts";
import type { ListedModel } from "./models.ts";
import { faultOfModel } from "./models.ts";
import type { LogEntry, RequestLog } from "./request-log.ts";
import type { Script, ScriptQueue } from "./script.ts";
import { estimateUsage } from "./tokens.ts";
import { chatCompletions } from "./wires/chat-completions/wire.ts";
import { converse } from "./wires/converse/wire.ts";
import type { Keys, Wire } from "./wires/wire.ts";

const WIRES: readonly Wire[] = [chatCompletions, converse];

/** What the exchanges of one simulator share. */
export interface ExchangeContext {
  readonly keys: Keys;
  readonly models: readonly ListedModel[];
  /** Milliseconds between the chunks of a stream. */
  readonly intervalMs: number;
  readonly log: RequestLog;
  readonly scripts: ScriptQueue;
  readonly faults: FaultQueue;
  nextSerial(): number;
}

/** Answers one HTTP request. Rejects only when the outlet's signal is aborted. */
export async function exchange(
  request: IncomingMessage,
  outlet: Outlet,
  entry: LogEntry,
  context: ExchangeContext,
): Promise<void> {
  const path = entry.path.split("?", 1)[0] ?? "";
  const wire = WIRES.find((candidate) => candidate.endpoint(path) !== undefined) ?? chatCompletions;
  try {
    const body = await readRecorded(request, entry, context);
    const endpoint = wire.endpoint(path);
    if (endpoint === undefined) throw new RequestFailure(404, `There is nothing at ${path}.`, { code: "unknown_url" });
    if (endpoint.method !== request.method) {
      outlet.response.setHeader("allow", endpoint.method);
      const message = `${path} answers to ${endpoint.method} only, not to ${request.method}.`;
      throw new RequestFailure(405, message, { code: "method_not_allowed" });
    }
    const { method, headers } = entry;
    await wire.authorize({ method, path: entry.path, headers, body: body.bytes }, context.keys);
    if (endpoint.kind === "models") sendJson(outlet.response, 200, wire.models(context.models, entry.path));
    else await complete(outlet, wire, decode(wire, path, body, context), entry, context);
  } catch (error) {
    if (outlet.signal.aborted) throw error;
    fail(outlet.response, wire, error);
  }
}

async function readRecorded(request: IncomingMessage, entry: LogEntry, context: ExchangeContext) {
  const bytes = await readBody(request);
  const body = parseBody(bytes);
  context.log.setBody(entry, body.value, bytes.length);
  return { ...body, bytes };
}

function decode(wire: Wire, path: string, body: ReturnType<typeof parseBody>, context: ExchangeContext): Conversation {
  if (!body.isJson) throw new RequestFailure(400, "The body is not valid JSON.", { code: "invalid_json" });
  const conversation = wire.decode(body.value, path);
  const model = context.models.find((candidate) => candidate.id === conversation.model);
  if (model === undefined) {
    throw new RequestFailure(404, `The model '${conversation.model}' does not exist here.`, {
      code: "model_not_found",
      parameter: "model",
    });
  }
  const prompt = estimateUsage(conversation, []).input.total;
  if (prompt > model.contextLength) {
    const message = `The messages come to ${prompt} tokens, the context of '${model.id}' is ${model.contextLength}.`;
    throw new RequestFailure(400, message, { code: "context_length_exceeded", parameter: "messages" });
  }
  return { ...conversation, maxTokens: Math.min(conversation.maxTokens, model.maxOutputTokens) };
}

async function complete(
  outlet: Outlet,
  wire: Wire,
  conversation: Conversation,
  entry: LogEntry,
  context: ExchangeContext,
): Promise<void> {
  const fault = context.faults.take() ?? faultOfModel(conversation.model);
  if (fault?.kind === "status") {
    await strike(fault, outlet.signal);
    return sendStatus(outlet.response, wire, fault);
  }
  // Taken before anything is awaited, so that answers go out in the order in which requests came in.
  const script = isBeforeHeaders(fault) ? undefined : context.scripts.take();
  const serial = context.nextSerial();
  if (!(await beforeHeaders(outlet, fault))) return;
  const answer =
    script === undefined
      ? answerConversation(conversation)
      : await runScript(script, conversation, entry, outlet.signal);
  await pause(answer.delayMs ?? 0, outlet.signal);
  const reply = wire.encode(answer, conversation, serial);
  await deliver(outlet, reply, { fault, intervalMs: context.intervalMs });
}

async function runScript(
  script: Script,
  conversation: Conversation,
  entry: LogEntry,
  signal: AbortSignal,
): Promise<Answer> {
  if (typeof script !== "function") return script;
  const answer = script({ ...conversation, headers: entry.headers, body: entry.body });
  const made = await abortable(answer, signal);
  if (typeof made !== "object" || made === null) throw new TypeError("The script function returned no answer.");
  return made;
}

function sendStatus(response: ServerResponse, wire: Wire, fault: Fault & StatusFault): void {
  const { status, headers = {} } = fault;
  if (typeof fault.body === "string") {
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers });
    response.end(fault.body);
    return;
  }
  const failure = new RequestFailure(status, `The simulator answers with status ${status}, as it was told to.`);
  sendJson(response, status, fault.body ?? wire.failure(failure), { ...wire.failureHeaders?.(failure), ...headers });
}

function fail(response: ServerResponse, wire: Wire, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const failure =
    error instanceof RequestFailure
      ? error
      : new RequestFailure(500, `The simulator failed: ${error instanceof Error ? error.message : String(error)}`);
  sendJson(response, failure.status, wire.failure(failure), wire.failureHeaders?.(failure));
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
