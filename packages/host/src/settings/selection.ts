import { type ReasoningEffort, type ReasoningRequest, reasoningEfforts } from "@waygate/core";
import { didYouMean, isObject } from "@waygate/core/plugin";
import type { KeyPath } from "./key-path.ts";

/** A model as the settings choose it: the value of `agent.default_model` and its kin. */
export interface ModelSelection {
  /** The gateway's id. */
  readonly provider: string;
  /** The model's id, as requests name it. */
  readonly model: string;
  readonly enableThinking: boolean | undefined;
  readonly effort: ReasoningEffort | undefined;
}

/** What is wrong or odd about a value, and where in it. */
export interface ValueIssue {
  readonly path: KeyPath;
  readonly message: string;
  /** True where the value can be used all the same. */
  readonly harmless?: boolean;
}

const known = ["provider", "model", "enable_thinking", "effort", "speed"];

/** Checks a selection; undefined where it cannot be used. */
export function readSelection(value: unknown, path: KeyPath, issues: ValueIssue[]): ModelSelection | undefined {
  if (!isObject(value)) {
    issues.push({ path, message: 'Must be a model: {"provider": "…", "model": "…"}.' });
    return undefined;
  }
  let usable = true;
  const text = (key: "provider" | "model", what: string): string => {
    const entry = value[key];
    if (typeof entry === "string" && entry !== "") return entry;
    usable = false;
    const where = key in value ? [...path, key] : path;
    issues.push({ path: where, message: key in value ? `Must be ${what}.` : `"${key}" is missing: ${what}.` });
    return "";
  };
  const provider = text("provider", "the id of a gateway");
  const model = text("model", "the id of a model, as the gateway names it");
  const { enable_thinking: thinking, effort } = value;
  if (thinking !== undefined && thinking !== null && typeof thinking !== "boolean") {
    issues.push({
      path: [...path, "enable_thinking"],
      message: "Must be true or false; it is ignored.",
      harmless: true,
    });
  }
  const knownEffort = reasoningEfforts.find((candidate) => candidate === effort);
  if (effort !== undefined && effort !== null && effort !== "none" && knownEffort === undefined) {
    const hint = typeof effort === "string" ? didYouMean(effort, reasoningEfforts) : "";
    const message = `Must be one of none, ${reasoningEfforts.join(", ")}; it is ignored.${hint}`;
    issues.push({ path: [...path, "effort"], message, harmless: true });
  }
  issues.push(...unknownKeys(value, known, path));
  if (!usable) return undefined;
  const enableThinking = effort === "none" ? false : typeof thinking === "boolean" ? thinking : undefined;
  return { provider, model, enableThinking, effort: knownEffort };
}

/** What a selection asks of a model: nothing where it leaves thinking open. */
export function reasoningOf({ enableThinking, effort }: ModelSelection): ReasoningRequest | undefined {
  if (enableThinking === false) return "off";
  if (effort !== undefined) return { effort };
  return enableThinking === true ? { effort: "medium" } : undefined;
}

/** A notice for each key that means nothing, with what was probably meant. */
export function unknownKeys(value: Readonly<Record<string, unknown>>, keys: readonly string[], path: KeyPath) {
  return Object.keys(value)
    .filter((key) => !keys.includes(key))
    .map((key): ValueIssue => {
      const hint = didYouMean(key, keys) || ` Known keys: ${keys.join(", ")}.`;
      return { path: [...path, key], message: `Unknown key "${key}", which has no effect.${hint}`, harmless: true };
    });
}
