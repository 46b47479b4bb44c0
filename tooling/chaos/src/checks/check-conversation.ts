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
    ...checkDelivered(account, exchanges),
    ...checkTools(account, exchanges),
    ...checkHistories(account),
  ];
}

function checkEnding(account: Account): readonly Violation[] {
  const { ending } = account;
  if (ending === undefined) return [{ invariant: "proper errors", detail: "it has no end" }];
  if (ending.type !== "failed" || isGatewayError(ending.error)) return [];
  return [{ invariant: "proper errors", detail: describeEnding(account) }];
}

function checkHistories({ histories, messages }: Account): readonly Violation[] {
  const problems = new Set([...histories, messages].map((history) => historyProblem(history)));
  return [...problems].flatMap((problem): readonly Violation[] =>
    problem === undefined ? [] : [{ invariant: "valid history", detail: problem }],
  );
}
