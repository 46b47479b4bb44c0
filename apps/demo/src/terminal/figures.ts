import type { Cost, Model, Usage } from "@waygate/core";
import { exactLine } from "./exact-text.ts";

const grouped = new Intl.NumberFormat("en-US");

/** `1,240 in (1,024 cached) · 86 out (12 reasoning) · $0.0012`. A total that is not known is shown as `?`. */
export function usageLine({ input, output, estimated }: Usage, costs: readonly Cost[]): string {
  const about = estimated === true ? "about " : "";
  const total = (count: number | undefined) => (count === undefined ? "?" : `${about}${grouped.format(count)}`);
  return [
    `${total(input.total)} in${note(input.cacheRead, "cached")}`,
    `${total(output.total)} out${note(output.reasoning, "reasoning")}`,
    ...costs.map((cost) => `${cost.source === "estimated" ? "about " : ""}${money(cost)}`),
  ].join(" · ");
}

/** Whether there is anything to show. */
export function isUsed({ input, output }: Usage): boolean {
  return (input.total ?? 0) + (output.total ?? 0) > 0;
}

/** How long ago something was: `3 minutes`. */
export function age(since: number, now = Date.now()): string {
  const minutes = Math.max(0, Math.round((now - since) / 60_000));
  const [count, unit] =
    minutes < 60 ? [minutes, "minute"] : minutes < 48 * 60 ? [minutes / 60, "hour"] : [minutes / (24 * 60), "day"];
  const whole = Math.round(Number(count));
  if (whole === 0) return "less than a minute";
  return `${whole} ${unit}${whole === 1 ? "" : "s"}`;
}

/** `128k context · $0.25 in, $2 out per million` */
export function modelFigures({ contextWindow, pricing }: Model): string {
  const parts: string[] = [];
  if (contextWindow !== undefined) parts.push(`${tokens(contextWindow)} context`);
  if (pricing?.input !== undefined && pricing.output !== undefined) {
    const price = (amount: number) => money({ amount, currency: pricing.currency });
    const isFree = pricing.input === 0 && pricing.output === 0;
    parts.push(isFree ? "free" : `${price(pricing.input)} in, ${price(pricing.output)} out per million`);
  }
  return parts.join(" · ");
}

function note(count: number | undefined, what: string): string {
  return count !== undefined && count > 0 ? ` (${grouped.format(count)} ${what})` : "";
}

function money({ amount, currency }: Pick<Cost, "amount" | "currency">): string {
  // Fractions of a cent are what a turn costs.
  const digits = amount >= 1 || amount === 0 ? 2 : amount >= 0.01 ? 3 : 6;
  const number = amount.toFixed(digits).replace(/(\.\d\d\d*?)0+$/, "$1");
  return currency === "USD" ? `$${number}` : `${number} ${exactLine(currency)}`;
}

function tokens(count: number): string {
  if (count < 1000) return String(count);
  if (count < 1_000_000) return `${Math.round(count / 1000)}k`;
  return `${Math.round(count / 100_000) / 10}M`;
}
