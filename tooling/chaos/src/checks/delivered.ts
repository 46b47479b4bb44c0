import type { Message } from "@waygate/core";
import { isUnharmed } from "../plan/plan.ts";
import type { Answer } from "../plan/script.ts";
import type { Account, Heard } from "../play/account.ts";
import type { Exchange } from "../play/exchange.ts";
import type { Violation } from "./violation.ts";

/** What was delivered, compared with what was sent. `exchanges`: those of the conversation. */
export function checkDelivered(account: Account, exchanges: readonly Exchange[]): readonly Violation[] {
  const violations: Violation[] = [];
  const altered = exchanges.some((exchange) => exchange.altered);
  const answers = account.messages.filter(({ role }) => role === "assistant");
  const mayBeCut = cutAnswers(account);
  for (const [index, message] of answers.entries()) {
    if (altered) break;
    const heard = heardOf(message);
    if (mayBeCut(message)) {
      if (exchanges.some(({ answer }) => isBeginning(heard, answer))) continue;
      violations.push({ invariant: "nothing made up", detail: `answer ${index + 1} is not how any answer begins` });
    } else if (!exchanges.some(({ whole, answer }) => whole !== false && isSame(heard, answer))) {
      violations.push({ invariant: "no silent success", detail: describe(heard, index, exchanges) });
    }
  }
  if (!altered) violations.push(...checkPartial(account, exchanges));
  return [...violations, ...checkHeard(account), ...checkUnharmed(account, answers.length)];
}

/** Tells the answers that are known not to be whole, or may not be. */
function cutAnswers({ plan, kept, ending, messages, repeated }: Account): (message: Message) => boolean {
  // By what they say: those that were stored and read again are other objects.
  const cut = new Set(kept.flatMap(({ interrupted, message }) => (interrupted ? [JSON.stringify(message)] : [])));
  // An answer that broke off is not gone on from where a limit is reached: the run ends with that.
  const limited = plan.onInterrupted === "continue" && (plan.maxSteps ?? plan.maxToolCalls) !== undefined;
  const finished = ending?.type === "finished" && ending.reason !== "paused" && !limited;
  const last = messages.findLast(({ role }) => role === "assistant");
  // A run that was stored between an answer and the event that tells of its interruption.
  if (repeated && plan.onInterrupted === "continue") return () => true;
  return (message) => cut.has(JSON.stringify(message)) || (message === last && !finished);
}

/** What an error says that the model had said. */
function checkPartial({ ending }: Account, exchanges: readonly Exchange[]): readonly Violation[] {
  const { error } = ending?.type === "failed" ? ending : { error: undefined };
  const partial = (error as { readonly partial?: Message } | undefined)?.partial;
  if (partial === undefined) return [];
  const heard = heardOf(partial);
  if (isEmpty(heard) || exchanges.some(({ answer }) => isBeginning(heard, answer))) return [];
  return [{ invariant: "nothing made up", detail: "the partial message of the error is not how any answer begins" }];
}

/** Events and history have to say the same. */
function checkHeard({ kept }: Account): readonly Violation[] {
  return kept.flatMap(({ heard, message }, index): readonly Violation[] => {
    const told = heardOf(message);
    // A step that was answered before the run was stored tells its answer only once.
    if (heard === undefined || isEmpty(heard)) return [];
    if (heard.text === told.text && heard.reasoning === told.reasoning && sameCalls(heard, told)) return [];
    return [
      {
        invariant: "no silent success",
        detail: `the events of step ${index + 1} say ${tell(heard)}, and its message ${tell(told)}`,
      },
    ];
  });
}

function checkUnharmed(account: Account, answers: number): readonly Violation[] {
  const { plan, ending } = account;
  if (!isUnharmed(plan)) return [];
  if (ending?.type !== "finished") return [{ invariant: "no harm without need", detail: describeEnding(account) }];
  if (answers >= plan.script.steps.length) return [];
  return [
    {
      invariant: "no harm without need",
      detail: `it ended after ${answers} of ${plan.script.steps.length} answers`,
    },
  ];
}

function heardOf({ content }: Message): Heard {
  const heard: Heard = { text: "", reasoning: "", calls: [], finished: true, names: new Map() };
  for (const part of content) {
    if (part.type === "text") heard.text += part.text;
    if (part.type === "reasoning") heard.reasoning += part.text;
    if (part.type === "tool-call") {
      heard.calls.push({ name: part.name, arguments: part.arguments, status: part.status });
    }
  }
  return heard;
}

function isSame(heard: Heard, answer: Answer): boolean {
  if (heard.text !== answer.text || heard.reasoning !== answer.reasoning) return false;
  if (heard.calls.length !== answer.calls.length) return false;
  return heard.calls.every((call, index) => {
    const sent = answer.calls[index];
    return sent?.cut !== (call.status === "ok") && isSameCall(call, sent);
  });
}

function isBeginning(heard: Heard, answer: Answer): boolean {
  if (!answer.text.startsWith(heard.text) || !answer.reasoning.startsWith(heard.reasoning)) return false;
  return heard.calls.every((call, index) => {
    const sent = answer.calls[index];
    return call.status === "ok" ? isSameCall(call, sent) : sent?.arguments.startsWith(call.arguments) === true;
  });
}

function isSameCall(call: Heard["calls"][number], sent: Answer["calls"][number] | undefined): boolean {
  return sent !== undefined && call.name === sent.tool && call.arguments === sent.arguments;
}

function sameCalls(a: Heard, b: Heard): boolean {
  const ended = b.calls.filter((call) => call.status !== "truncated" || a.finished);
  // Empty arguments stand for an empty object.
  const sorted = (calls: Heard["calls"]) => calls.map((call) => `${call.name} ${call.arguments || "{}"}`).sort();
  return JSON.stringify(sorted(a.calls)) === JSON.stringify(sorted(ended));
}

function isEmpty({ text, reasoning, calls }: Heard): boolean {
  return text === "" && reasoning === "" && calls.length === 0;
}

function describe(heard: Heard, index: number, exchanges: readonly Exchange[]): string {
  const same = exchanges.filter(({ answer }) => isSame(heard, answer));
  if (same.length === 0) return `answer ${index + 1} is none that was sent: ${tell(heard)}`;
  return `answer ${index + 1} was not sent to its end (${same.map(({ fault }) => fault).join(", ")})`;
}

function tell({ text, reasoning, calls }: Heard): string {
  return JSON.stringify({ text: text.slice(0, 200), reasoning: reasoning.slice(0, 200), calls });
}

export function describeEnding({ ending }: Account): string {
  if (ending?.type !== "failed")
    return `it ended as ${ending?.type === "finished" ? ending.reason : (ending?.type ?? "nothing")}`;
  return `it ended with ${ending.error instanceof Error ? `${ending.error.name}: ${ending.error.message}` : String(ending.error)}`;
}
