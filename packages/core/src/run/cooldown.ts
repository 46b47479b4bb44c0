import type { GuardedGateway } from "../contract/gateway.ts";

interface Trouble {
  failures: number;
  /** On the clock of `performance.now()`. */
  until: number;
}

/** By gateway and model; shared by all runs of the program, gone with the gateway. */
const troubles = new WeakMap<GuardedGateway, Map<string, Trouble>>();

const firstMs = 15_000;
const longestMs = 300_000;

/**
 * Notes that a model was given up in favour of another. From the second time in a row on it is passed over for a while,
 * twice as long each time.
 */
export function noteGivenUp(gateway: GuardedGateway, model: string): void {
  const models = troubles.get(gateway) ?? new Map<string, Trouble>();
  troubles.set(gateway, models);
  const failures = (models.get(model)?.failures ?? 0) + 1;
  const rest = failures < 2 ? 0 : Math.min(longestMs, firstMs * 2 ** (failures - 2));
  models.set(model, { failures, until: performance.now() + rest });
}

/** Notes that a model answered: it is asked as before. */
export function noteAnswered(gateway: GuardedGateway, model: string): void {
  troubles.get(gateway)?.delete(model);
}

/** Whether a model has lately been given up so often that it is not worth asking first. */
export function isCoolingDown(gateway: GuardedGateway, model: string): boolean {
  const trouble = troubles.get(gateway)?.get(model);
  return trouble !== undefined && performance.now() < trouble.until;
}
