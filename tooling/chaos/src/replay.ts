import { inspect } from "node:util";
import { planOf } from "./plan/plan.ts";
import { type RunName, watchLeftovers } from "./play/leftovers.ts";
import { playRun, warmUp } from "./play/play-run.ts";
import { Prints } from "./play/prints.ts";

/** Carries out one run in this process, and tells all that happened. */
export async function replay({ seed, run }: RunName): Promise<string> {
  watchLeftovers();
  await warmUp();
  const plan = planOf(seed, run);
  const { conversations, exchanges, violations } = await playRun(plan, new Prints());
  const show = (value: unknown) => inspect(value, { depth: 6, breakLength: 120, maxStringLength: 160 });
  const lines = [`Run ${run} of seed ${seed}, with ${plan.gateways.join(", falling back on ")}`];
  for (const [number, { account }] of conversations.entries()) {
    const { faults, script, ...rest } = account.plan;
    lines.push(`\n--- conversation ${number}: ${show(rest)}`, `calls named: ${script.ids}`);
    for (const { conversation, gateway, request, fault, answer, whole, altered } of exchanges) {
      if (conversation !== number) continue;
      const said = `${answer.reasoning.length}+${answer.text.length} characters, ${answer.calls.length} calls`;
      lines.push(
        `request ${request} to gateway ${gateway}, answer ${answer.serial} of step ${answer.step}: ${fault}; ` +
          `${said}; whole: ${whole}${altered ? ", altered" : ""}`,
      );
    }
    lines.push(...shortened(account.events).map((event) => `  ${show(event)}`));
    lines.push(`carried out: ${show(account.executions)}`, `decided: ${show(account.decisions)}`);
    lines.push(`history: ${show(account.messages)}`, `ended: ${show(account.ending)}`);
  }
  return [...lines, ...violations.map(({ invariant, detail }) => `${invariant}: ${detail}`)].join("\n");
}

function shortened<Item>(items: readonly Item[]): readonly (Item | string)[] {
  return items.length <= 60 ? items : [...items.slice(0, 30), `… ${items.length - 60} more`, ...items.slice(-30)];
}
