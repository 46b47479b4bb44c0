import { type CheckResult, isGatewayError, isObject } from "@waygate/core/plugin";
import { formatDollars } from "@waygate/plugin-kit";
import { kindOf } from "./credentials.ts";

export interface CheckOptions {
  readonly address: string;
  readonly key: string;
  /** Whether keys of accounts with providers are stored. */
  readonly ownKeys: boolean;
  readonly getJson: (path: string, signal: AbortSignal) => Promise<unknown>;
  /** How many models the gateway lists. */
  readonly countModels: () => Promise<number>;
  readonly signal: AbortSignal;
}

/**
 * Asks the gateway about the key in use. Rejects with a `GatewayError` where it is not accepted, or where there is no
 * list of models. Source: vercel.com/docs/ai-gateway/sdks-and-apis/rest-api, GET /credits.
 */
export async function checkKey(options: CheckOptions): Promise<CheckResult> {
  const { address, key, ownKeys, countModels } = options;
  const begun = performance.now();
  const credits = await askCredits(options);
  const latency = performance.now() - begun;
  const models = await countModels();
  const facts: (readonly [label: string, value: string | undefined])[] = [
    ["Address", address],
    ["Key", `${kindOf(key) ?? 'does not begin with "vck_", as keys of the gateway do'}, ${credits.accepted}`],
    ["Keys of own accounts with providers", ownKeys ? "stored" : undefined],
    ["Credit left", credits.balance],
    ["Credit used", credits.used],
    ["Models", String(models)],
    ["Latency", `${Math.round(latency)} ms`],
  ];
  return { facts: facts.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }])) };
}

interface Credits {
  /** Whether the key was accepted, in words that follow it. */
  readonly accepted: string;
  readonly balance?: string;
  readonly used?: string | undefined;
}

async function askCredits({ getJson, signal }: CheckOptions): Promise<Credits> {
  try {
    const answer = await getJson("/credits", signal);
    const { balance, total_used } = isObject(answer) ? answer : {};
    return { accepted: "accepted", balance: balanceFact(dollars(balance)), used: usedFact(dollars(total_used)) };
  } catch (error) {
    // A token that may ask models need not be allowed to look at the credit, and a proxy may know nothing of it.
    if (!isGatewayError(error) || (error.status !== 403 && error.status !== 404)) throw error;
    return { accepted: "not refused", balance: `not told: the gateway answered ${error.status}` };
  }
}

function usedFact(used: number | undefined): string | undefined {
  return used === undefined ? undefined : formatDollars(used);
}

function balanceFact(balance: number | undefined): string {
  if (balance === undefined) return "not told";
  return balance > 0
    ? formatDollars(balance)
    : `${formatDollars(balance)}: requests will be refused until more is added`;
}

/** Amounts come as text, in USD. A balance may be negative. */
function dollars(value: unknown): number | undefined {
  const amount = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof amount === "number" && Number.isFinite(amount) ? amount : undefined;
}
