import { isObject } from "@waygate/core/plugin";
import { agentKeys } from "./agent.ts";
import type { KeyPath } from "./key-path.ts";

/**
 * What a project may say of a model: how it is named, how much it takes, what it can do. Nothing that decides which
 * address a request goes to, with which key, through which headers, or under which privacy rules.
 */
const modelKeys: readonly string[] = [
  "name",
  "display_name",
  "max_tokens",
  "max_output_tokens",
  "max_completion_tokens",
  "reasoning_effort",
  "default_temperature",
  "capabilities",
  "supports_tools",
  "supports_images",
  "supports_thinking",
  "mode",
];

type Raw = Readonly<Record<string, unknown>>;

export interface ProjectLayer {
  /** What the project is let to say under `agent`. */
  readonly agent: Raw;
  /** Models by the way to the gateway's settings: `[key]` or `[key, id]`. */
  readonly models: readonly { readonly path: readonly string[]; readonly models: readonly Raw[] }[];
  /** What it is not let to say, by the path of each such setting. */
  readonly refused: readonly KeyPath[];
}

/**
 * Sorts out what a project's settings may decide. A project's folder is often somebody else's work: it must not be able
 * to send a key or a conversation anywhere, nor to load code.
 */
export function readProjectLayer(project: Raw, user: Raw): ProjectLayer {
  const refused: KeyPath[] = [];
  const agent: Record<string, unknown> = {};
  const models: { path: readonly string[]; models: readonly Raw[] }[] = [];
  for (const [key, value] of Object.entries(project)) {
    if (key === "agent" && isObject(value)) {
      for (const [name, entry] of Object.entries(value)) {
        if (agentKeys.includes(name)) agent[name] = entry;
        else refused.push(["agent", name]);
      }
    } else if (key === "language_models" && isObject(value)) {
      const known = isObject(user.language_models) ? user.language_models : {};
      for (const [name, section] of Object.entries(value)) {
        readSection([name], section, Object.hasOwn(known, name) ? known[name] : undefined);
      }
    } else if (key !== "$schema") {
      refused.push([key]);
    }
  }
  return { agent, models, refused };

  /** `known`: the same section of the user's settings, which alone make gateways. */
  function readSection(path: readonly string[], section: unknown, known: unknown): void {
    if (!isObject(section)) {
      refused.push(["language_models", ...path]);
      return;
    }
    for (const [key, value] of Object.entries(section)) {
      const here: KeyPath = ["language_models", ...path, key];
      if (key === "available_models" && Array.isArray(value)) {
        models.push({ path, models: value.flatMap((entry: unknown, index) => readModel(entry, [...here, index])) });
      } else if (path.length === 1 && isObject(value) && isObject(known) && isObject(known[key])) {
        readSection([...path, key], value, known[key]);
      } else {
        refused.push(here);
      }
    }
  }

  function readModel(entry: unknown, path: KeyPath): readonly Raw[] {
    if (!isObject(entry) || typeof entry.name !== "string") {
      refused.push(path);
      return [];
    }
    const allowed = Object.entries(entry).filter(([key]) => modelKeys.includes(key));
    for (const key of Object.keys(entry)) if (!modelKeys.includes(key)) refused.push([...path, key]);
    return [Object.fromEntries(allowed)];
  }
}
