import { isObject } from "@waygate/core";
import { readRef } from "../plan/script.ts";
import type { Account } from "../play/account.ts";
import type { Exchange } from "../play/exchange.ts";
import type { Execution } from "../play/tools.ts";
import type { Violation } from "./violation.ts";

/**
 * What was carried out, compared with what was called for. Calls that a service carries out itself belong here as soon as
 * there are such: what one has begun must not be asked for again.
 */
export function checkTools(account: Account, exchanges: readonly Exchange[]): readonly Violation[] {
  const altered = exchanges.some((exchange) => exchange.altered);
  return [
    ...account.executions.flatMap((execution) => checkExecution(execution, account, exchanges, altered)),
    ...checkOnce(account),
  ];
}

function checkExecution(
  execution: Execution,
  account: Account,
  exchanges: readonly Exchange[],
  altered: boolean,
): readonly Violation[] {
  const { tool, tooLate } = execution;
  const violations: Violation[] = [];
  const ref = refOf(execution);
  if (tooLate) violations.push({ invariant: "stop means stop", detail: `${tool} began after the run was stopped` });
  if (tool === "pay") {
    const decisions = account.decisions.filter((decision) => decision.ref === ref);
    if (decisions.length === 0)
      violations.push({ invariant: "approved as shown", detail: `${ref} was never asked for` });
    if (decisions.some(({ shown }) => shown !== JSON.stringify(execution.arguments))) {
      violations.push({ invariant: "approved as shown", detail: `${ref} ran with other arguments than were shown` });
    }
    if (decisions.some(({ approved }) => !approved)) {
      violations.push({ invariant: "approved as shown", detail: `${ref} was denied, and ran` });
    }
  }
  if (altered) return violations;
  const exchange = exchanges.find(({ answer }) => answer.calls.some((call) => call.ref === ref));
  const call = exchange?.answer.calls.find((candidate) => candidate.ref === ref);
  if (call?.tool !== tool || call.cut || call.arguments !== JSON.stringify(execution.arguments)) {
    violations.push({ invariant: "only whole calls", detail: `${tool} ran with arguments that were not sent` });
  } else if (exchange?.whole === false && isChanging(tool) && account.plan.onInterrupted === "fail") {
    const detail = `${tool} ran although its answer was not sent to its end (${exchange.fault})`;
    violations.push({ invariant: "only whole calls", detail });
  }
  return violations;
}

/** Two attempts at one step have calls of their own, and only those of one of them may run. */
function checkOnce({ executions, repeated }: Account): readonly Violation[] {
  const counts = new Map<string, number>();
  for (const execution of executions) {
    // A run that is aborted in the middle of an answer and resumed from before it may look at something again.
    if (repeated && !isChanging(execution.tool)) continue;
    const ref = readRef(refOf(execution));
    if (ref === undefined) continue;
    const key = `call ${ref.index} of step ${ref.step}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].flatMap(([key, count]): readonly Violation[] =>
    count === 1 ? [] : [{ invariant: "no tool run twice", detail: `${key} ran ${count} times` }],
  );
}

function isChanging(tool: Execution["tool"]): boolean {
  return tool === "write" || tool === "pay";
}

function refOf({ arguments: written }: Execution): string {
  return isObject(written) && typeof written.ref === "string" ? written.ref : "";
}
