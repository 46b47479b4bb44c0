import type { Violation } from "../checks/violation.ts";
import { faultKind, noFault } from "../faults/catalog.ts";
import type { Scene } from "../faults/fault.ts";
import { faultOf, type GatewayName, type Plan } from "../plan/plan.ts";
import { type Answer, answerOf } from "../plan/script.ts";
import { Random } from "../random.ts";
import { quoteSecret, type Secrets } from "../secrets.ts";
import { FaultServer, type Respond, runHeader } from "../server/fault-server.ts";
import type { Op } from "../server/reply.ts";
import type { ReceivedRequest } from "../server/request-reader.ts";
import type { Exchange } from "./exchange.ts";
import { gatewaysUnderTest } from "./gateways.ts";

/** What the services of a run have in common. */
export interface Backstage {
  readonly plan: Plan;
  readonly secrets: Secrets;
  /** The address that redirects lead to, and that nothing may follow. */
  readonly elsewhere: string;
  /** All exchanges so far, in their order. */
  readonly exchanges: Exchange[];
  /** What is wrong with the requests that came. */
  readonly problems: Violation[];
  /** Told how much of an answer was sent, from 0 to 1. `request`: counted over all gateways. */
  sent(conversation: number, request: number, part: number): void;
}

/** By this the requests of conversations are told apart. */
export function openingWords(conversation: number): string {
  return `Hello from conversation-${conversation}.`;
}

const nothingAsked: Answer = {
  step: -1,
  serial: -1,
  reasoning: "",
  text: "This was not asked for.",
  calls: [],
  finish: "stop",
  usage: { input: 1, output: 1 },
};

/** The service behind one gateway: answers as its script says, and delivers the answers as the plan's faults have it. */
export async function startService(name: GatewayName, number: number, backstage: Backstage): Promise<FaultServer> {
  const { plan, secrets, exchanges, problems } = backstage;
  const { wire, authProblem, seen } = gatewaysUnderTest[name];

  const sceneOf = (random: Random, answer: Answer, encoded = wire.stream(answer, random, false)): Scene => ({
    random,
    wire,
    answer,
    encoded,
    alien: wire.stream(nothingAsked, random, false),
    words: () => failureWords(random, plan.quotesKey ? seen(secrets) : undefined),
    here: server.origin,
    elsewhere: backstage.elsewhere,
  });

  let lists = 0;
  const list = (): readonly Op[] => {
    const { kind, detail } = plan.lists[lists++] ?? { kind: noFault.name, detail: "" };
    const random = new Random("list", plan.seed, plan.run, kind, detail);
    return faultKind(kind).reply(sceneOf(random, nothingAsked, wire.list())).ops;
  };

  const respond: Respond = (request, crossed) => {
    if (!request.headers.has(runHeader)) return { ops: notFound };
    const unproven = authProblem(request, secrets);
    if (unproven !== undefined) problems.push({ invariant: "proof of sender", detail: unproven });
    if (request.method !== "POST") return { ops: list() };
    const conversation = conversationOf(request);
    const planned = plan.conversations[conversation];
    if (planned === undefined) {
      problems.push({ invariant: "valid history", detail: "a request has not the first words of any conversation" });
      return { ops: notFound };
    }
    const read = wire.read(request.body.toString("utf8"));
    for (const detail of read.problems) {
      problems.push({ invariant: "valid history", detail: `as it was sent: ${detail}` });
    }
    const own = exchanges.filter((exchange) => exchange.conversation === conversation);
    const count = own.filter((exchange) => exchange.gateway === number).length;
    const { kind, detail } = faultOf(planned, number, count);
    const answer = answerOf(planned.script, conversation, read.answers, exchanges.length);
    const random = new Random("fault", plan.seed, plan.run, conversation, number, kind, detail);
    const { ops, whole, altered } = faultKind(kind).reply(sceneOf(random, answer));
    exchanges.push({
      conversation,
      gateway: number,
      request: count,
      fault: kind,
      answer,
      whole,
      altered: altered || crossed,
    });
    return { ops, sent: (part) => backstage.sent(conversation, own.length, part) };
  };

  const server = await FaultServer.listen(respond);
  return server;
}

const notFound: readonly Op[] = [
  { type: "write", bytes: Buffer.from("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n") },
];

function conversationOf({ body }: ReceivedRequest): number {
  return Number(/conversation-(\d+)/.exec(body.toString("latin1"))?.[1] ?? -1);
}

const complaints = [
  "The model is overloaded, try again later.",
  "Invalid value for 'messages[1].content'.",
  "Unsupported parameter: 'stream_options'.",
  "maximum context length is 8192 tokens, however you requested 9000",
  "tool_use ids were found without tool_result blocks",
  "Your credit balance is too low.",
  "\u001b[31mred\u001b[0m \u0000 and \u202ereversed",
  "",
];

function failureWords(random: Random, secret: string | undefined): string {
  const words = random.pick(complaints);
  return secret === undefined ? words : `${words} ${quoteSecret(random, secret)}`;
}
