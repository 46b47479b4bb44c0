import { GatewayError } from "../contract/error.ts";
import { isObject } from "../contract/json.ts";
import type { Model, Pricing } from "../contract/model.ts";

/** Called with what was left out of a list, in one sentence. */
export type OnLeftOut = (message: string) => void;

/**
 * Checks a plugin's list of models when it arrives. Entries without an id and repeated ids are left out, and so are prices and
 * limits that are not numbers: one wrong entry must not cost the others. Throws a `GatewayError` for what is no list.
 */
export function checkedModels(gateway: string, list: unknown, onLeftOut: OnLeftOut): readonly Model[] {
  if (!Array.isArray(list)) {
    const words = `The plugin of gateway "${gateway}" returned no list of models, but ${list === null ? "null" : typeof list}.`;
    throw new GatewayError(`${words} Report this to the plugin's author.`, { gateway, code: "protocol" });
  }
  const ids = new Set<string>();
  const wrong: string[] = [];
  const models = list.flatMap((entry: unknown, index): Model[] => {
    const model = readModel(entry, (what) => wrong.push(`${what} of entry ${index}`));
    if (model === undefined || ids.has(model.id)) {
      wrong.push(model === undefined ? `entry ${index}, which has no id` : `a second "${model.id}"`);
      return [];
    }
    ids.add(model.id);
    return [model];
  });
  if (wrong.length > 0) {
    const more = wrong.length > 3 ? ` and ${wrong.length - 3} more` : "";
    onLeftOut(
      `The list of models of gateway "${gateway}" was not used as it is: left out ${wrong.slice(0, 3).join(", ")}${more}.`,
    );
  }
  return models;
}

/** Returns what a plugin says about one model, with the same checks; `undefined` if it says nothing. */
export function checkedModel(model: unknown): Model | undefined {
  return readModel(model, () => undefined);
}

function readModel(entry: unknown, leaveOut: (field: string) => void): Model | undefined {
  if (!isObject(entry) || typeof entry.id !== "string" || entry.id === "") return undefined;
  // The usual case: nothing to change, and the same object.
  const wrong = ["contextWindow", "maxOutputTokens"].filter((field) => !isAbsentOrAmount(entry[field]));
  const pricing = readPricing(entry.pricing);
  const isSound = isObject(entry.capabilities) && typeof entry.name === "string" && isObject(entry.origin);
  if (wrong.length === 0 && pricing === entry.pricing && isSound) return entry as unknown as Model;
  const { pricing: _, ...rest } = entry;
  for (const field of wrong) {
    leaveOut(field);
    delete rest[field];
  }
  if (pricing !== entry.pricing) leaveOut("pricing");
  const name = typeof entry.name === "string" ? entry.name : entry.id;
  const capabilities = isObject(entry.capabilities) ? entry.capabilities : {};
  const origin = isObject(entry.origin) ? entry.origin : {};
  return { ...rest, name, capabilities, origin, ...(pricing !== undefined && { pricing }) } as unknown as Model;
}

/** Returns the prices as they are, without those that are no amounts, or nothing if the currency is none. */
function readPricing(pricing: unknown): Pricing | undefined {
  if (pricing === undefined) return undefined;
  if (!isObject(pricing) || !isCurrency(pricing.currency)) return undefined;
  const amounts = ["input", "output", "cacheRead", "cacheWrite"];
  if (amounts.every((name) => isAbsentOrAmount(pricing[name]))) return pricing as unknown as Pricing;
  const sound = Object.entries(pricing).filter(([name, value]) => !amounts.includes(name) || isAbsentOrAmount(value));
  return Object.fromEntries(sound) as unknown as Pricing;
}

/** Returns whether a value is the code of a currency (ISO 4217). */
function isCurrency(value: unknown): boolean {
  return typeof value === "string" && /^[A-Z]{3}$/.test(value);
}

function isAbsentOrAmount(value: unknown): boolean {
  return value === undefined || (typeof value === "number" && Number.isFinite(value) && value >= 0);
}
