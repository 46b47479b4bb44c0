import { isGatewayError } from "@waygate/core";
import { historyProblem } from "@waygate/valid-history";
import type { Account } from "../play/account.ts";
import type { Exchange } from "../play/exchange.ts";
import { checkDelivered, describeEnding } from "./delivered.ts";
import { checkTools } from "./tools.ts";
import type { Violation } from "./violation.ts";

/** What is wrong with how a conversation went. `exchanges`: its own. */
export function checkConversation(account: Account, exchanges: readonly Exchange[]): readonly Violation[] {
  return [
    ...checkEnding(account),
    ...checkStop(account),
    ...checkDelivered(account, exchanges),
    ...checkTools(account, exchanges),
    ...checkHistories(account),
  ];
}

function checkEnding(account: Account): readonly Violation[] {
  const { ending } = account;
  if (ending === undefined) return [{ invariant: "proper errors", detail: "it has no end" }];
  if (ending.type === "finished" && ending.text !== textOfLast(account)) {
    return [{ invariant: "no silent success", detail: "the text of the result is not that of the last answer" }];
  }
  if (ending.type !== "failed" || isGatewayError(ending.error)) return [];
  return [{ invariant: "proper errors", detail: describeEnding(account) }];
}

/** Far more than it takes, and far less than a deadline. */
const mostTurns = 100;

function checkStop({ plan, late, turns, repeated }: Account): readonly Violation[] {
  // A loop is left by itself, and one that is stuck or slow goes on with what it has.
  const { how, when } = plan.stop ?? {};
  if ((how !== "abort" && how !== "stored") || plan.way === "stream") return [];
  const violations: Violation[] = [];
  // One may have been on its way into the loop, unless the loop itself stopped the run.
  const allowed = when?.at === "event" ? 0 : 1;
  if (late > allowed && !repeated)
    violations.push({ invariant: "stop means stop", detail: `${late} event(s) came after it` });
  if (turns > mostTurns) violations.push({ invariant: "stop means stop", detail: `it took ${turns} turns to end` });
  return violations;
}

function checkHistories({ histories, messages }: Account): readonly Violation[] {
  const problems = new Set([...histories, messages].map((history) => historyProblem(history)));
  return [...problems].flatMap((problem): readonly Violation[] =>
    problem === undefined ? [] : [{ invariant: "valid history", detail: problem }],
  );
}

function textOfLast({ messages, ending, plan }: Account): string {
  if (ending?.type === "finished" && plan.way === "stream") return ending.text;
  const last = messages.findLast(({ role }) => role === "assistant");
  return (last?.content ?? []).map((part) => (part.type === "text" ? part.text : "")).join("");
}
