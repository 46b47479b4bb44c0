import { isObject } from "@waygate/core/plugin";
import { agentKeys, checkAgentKey } from "./agent.ts";
import type { KeyPath } from "./key-path.ts";
import type { OfferedModels } from "./offered-models.ts";

type Raw = Readonly<Record<string, unknown>>;

/** A setting of a project that has no effect. */
export interface RefusedSetting {
  readonly path: KeyPath;
  /** Says why, as a sentence. */
  readonly message: string;
  /** What to do in the user's own settings, in words that the name of the file follows; undefined if nothing helps. */
  readonly remedy?: string;
}

export interface ProjectLayer {
  /** What the project decides under `agent`. */
  readonly agent: Raw;
  /** `agent.tool_permissions`, which stands beside the user's. Undefined if the project says nothing. */
  readonly toolPermissions: unknown;
  readonly refused: readonly RefusedSetting[];
}

const noSay = {
  message: "A project's settings have no say in this, as it may decide where keys and conversations go.",
  remedy: "Set it in",
};
const noDescription = {
  message: "A project's settings choose among models; they do not describe gateways or models.",
  remedy: "Describe them in",
};

/**
 * Sorts out what a project's settings decide. A project's folder is often the work of others. It chooses among models
 * that the user's settings or the program offer, and decides nothing else: it cannot send a key or a conversation to a
 * gateway that the user did not choose, nor load code.
 */
export function readProjectLayer(project: Raw, offered: OfferedModels): ProjectLayer {
  const agent: [string, unknown][] = [];
  let toolPermissions: unknown;
  const refused: RefusedSetting[] = [];
  for (const [key, value] of Object.entries(project)) {
    if (key === "agent" && isObject(value)) {
      for (const [name, entry] of Object.entries(value)) {
        const path = ["agent", name];
        // As elsewhere, null stands for "not set". It does not take away what the user set.
        if (entry === null) continue;
        if (name === "tool_permissions") {
          toolPermissions = entry;
          continue;
        }
        const refusal = agentKeys.includes(name) ? refusalOf(name, entry, offered) : { path, ...noSay };
        if (refusal === undefined) agent.push([name, entry]);
        else refused.push(refusal);
      }
    } else if (key === "language_models") {
      refused.push(...leaves(value, [key], 3).map((path) => ({ path, ...noDescription })));
    } else if (key !== "$schema") {
      refused.push({ path: [key], ...noSay });
    }
  }
  return { agent: Object.fromEntries(agent), toolPermissions, refused };
}

/** What stands in an object, some levels down: there is a notice for each key of a gateway. */
function leaves(value: unknown, path: KeyPath, depth: number): readonly KeyPath[] {
  if (!isObject(value) || depth === 0) return [path];
  return Object.entries(value).flatMap(([key, entry]) => leaves(entry, [...path, key], depth - 1));
}

/** Values are taken whole, so one model that is not offered refuses a list. */
function refusalOf(name: string, value: unknown, offered: OfferedModels): RefusedSetting | undefined {
  const { issues, models } = checkAgentKey(name, value);
  const fault = issues.find(({ harmless }) => harmless !== true);
  if (fault !== undefined) return { path: fault.path, message: `${fault.message} It has no effect.` };
  const other = models.find((model) => !offered.has(model));
  if (other === undefined) return undefined;
  return {
    path: ["agent", name],
    // As JSON, so that it has no line breaks.
    message: `The model ${JSON.stringify(`${other.provider}:${other.model}`)} is not among those that your settings offer, so this has no effect.`,
    remedy: "To let projects choose it, add it to agent.favorite_models in",
  };
}
