import { type CheckResult, isGatewayError, isObject } from "@waygate/core/plugin";
import { formatDollars, readText } from "@waygate/plugin-kit";

export interface CheckOptions {
  readonly address: string;
  readonly getJson: (path: string, signal: AbortSignal) => Promise<unknown>;
  /** How many models the key may use; 0 where that could not be found out. */
  readonly countModels: () => Promise<number>;
  readonly signal: AbortSignal;
}

/**
 * Asks OpenRouter about the key in use. Rejects where it is not accepted. What only a management key may ask for is left
 * out for others. Source: openrouter.ai/docs, GET /key and GET /credits.
 */
export async function checkKey({ address, getJson, countModels, signal }: CheckOptions): Promise<CheckResult> {
  const begin = performance.now();
  const key = dataOf(await getJson("/key", signal));
  const latency = performance.now() - begin;
  const [credits, models] = await Promise.all([creditsLeft(getJson, signal), countModels()]);
  const limit = dollars(key.limit);
  const facts: (readonly [label: string, value: string | undefined])[] = [
    ["Address", address],
    ["Key", `${readText(key.label) ?? "accepted"}${key.is_free_tier === true ? ", free tier" : ""}`],
    ["Expires", readText(key.expires_at)],
    ["Limit", limit === undefined ? "none" : `${limit}${key.limit_reset ? `, reset ${key.limit_reset}` : ""}`],
    ["Left of the limit", dollars(key.limit_remaining)],
    ["Used", used(key)],
    ["Used with own provider keys", positive(key.byok_usage) ? dollars(key.byok_usage) : undefined],
    ["Credit left", credits],
    ["Models it may use", models > 0 ? String(models) : undefined],
    ["Latency", `${Math.round(latency)} ms`],
  ];
  return {
    facts: facts.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }])),
  };
}

function used(key: Record<string, unknown>): string | undefined {
  const [total, month, day] = [dollars(key.usage), dollars(key.usage_monthly), dollars(key.usage_daily)];
  if (total === undefined) return undefined;
  const parts = [month && `${month} this month`, day && `${day} today`].filter(Boolean);
  return parts.length === 0 ? total : `${total}, of that ${parts.join(", ")}`;
}

async function creditsLeft(getJson: CheckOptions["getJson"], signal: AbortSignal): Promise<string | undefined> {
  try {
    const { total_credits, total_usage } = dataOf(await getJson("/credits", signal));
    if (typeof total_credits !== "number" || typeof total_usage !== "number") return undefined;
    return `${dollars(total_credits - total_usage)} of ${dollars(total_credits)}`;
  } catch (error) {
    if (isGatewayError(error) && error.status !== undefined && error.status < 500) return undefined;
    throw error;
  }
}

function dataOf(answer: unknown): Record<string, unknown> {
  return isObject(answer) && isObject(answer.data) ? answer.data : {};
}

function dollars(value: unknown): string | undefined {
  return typeof value === "number" && Number.isFinite(value) ? formatDollars(value) : undefined;
}

function positive(value: unknown): boolean {
  return typeof value === "number" && value > 0;
}
