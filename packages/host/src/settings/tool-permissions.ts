import { isObject } from "@waygate/core/plugin";
import type { KeyPath } from "./key-path.ts";
import type { Place } from "./place.ts";
import { unknownKeys, type ValueIssue } from "./selection.ts";
import type { SettingsLayer } from "./settings-options.ts";

const modes = ["allow", "confirm", "deny"] as const;
const lists = ["always_allow", "always_confirm", "always_deny"] as const;

/** What happens to a call that nothing else decides about. */
export type PermissionMode = (typeof modes)[number];

/** A regular expression of the settings, as it is written there. */
export interface PermissionPattern {
  readonly pattern: string;
  /** @defaultValue false */
  readonly caseSensitive: boolean;
  readonly path: KeyPath;
  /** Where the pattern stands; undefined for what the program itself set. */
  readonly place: Place | undefined;
}

/** What `agent.tool_permissions` says about one tool. */
export interface ToolRules {
  readonly default: PermissionMode | undefined;
  readonly allow: readonly PermissionPattern[];
  readonly confirm: readonly PermissionPattern[];
  readonly deny: readonly PermissionPattern[];
  /** True if a part could not be read. A program must ask before every call then: a rule may be missing. */
  readonly incomplete: boolean;
}

/** `agent.tool_permissions` of one layer of the settings. */
export interface ToolPermissions {
  /** A project's layer never allows anything. */
  readonly layer: SettingsLayer;
  readonly default: PermissionMode | undefined;
  /** Rules by the names of tools, as the settings spell them. */
  readonly tools: ReadonlyMap<string, ToolRules>;
  /** True if a part could not be read that is about all tools. */
  readonly incomplete: boolean;
}

const root: KeyPath = ["agent", "tool_permissions"];

/**
 * Reads `agent.tool_permissions`. What cannot be read is among the issues, and makes its part `incomplete`. `refused`: what
 * a project would allow, which has no effect.
 */
export function readToolPermissions(
  raw: unknown,
  layer: SettingsLayer,
  placeOf: (path: KeyPath) => Place | undefined,
): {
  readonly permissions: ToolPermissions;
  readonly issues: readonly ValueIssue[];
  readonly refused: readonly KeyPath[];
} {
  const issues: ValueIssue[] = [];
  const refused: KeyPath[] = [];
  const value = isObject(raw) ? raw : {};
  if (!isObject(raw)) issues.push({ path: root, message: "Must be an object." });
  const fallback = readMode(value.default, [...root, "default"]);
  const tools = new Map<string, ToolRules>();
  const { tools: entries = null } = value;
  if (entries !== null && !isObject(entries)) {
    issues.push({ path: [...root, "tools"], message: "Must be an object: rules by the names of tools." });
  }
  const incomplete = issues.some(({ harmless }) => harmless !== true);
  for (const [name, rules] of isObject(entries) ? Object.entries(entries) : []) {
    tools.set(name, readRules(rules, [...root, "tools", name]));
  }
  issues.push(...unknownKeys(value, ["default", "tools"], root));
  return { permissions: { layer, default: fallback, tools, incomplete }, issues, refused };

  function readRules(rules: unknown, path: KeyPath): ToolRules {
    const start = issues.length;
    if (!isObject(rules)) issues.push({ path, message: "Must be an object." });
    const object = isObject(rules) ? rules : {};
    const mode = readMode(object.default, [...path, "default"]);
    const [allow = [], confirm = [], deny = []] = lists.map((list) => readPatterns(object[list], [...path, list]));
    const incomplete = issues.slice(start).some(({ harmless }) => harmless !== true);
    issues.push(...unknownKeys(object, ["default", ...lists], path));
    return { default: mode, allow: layer === "user" ? allow : [], confirm, deny, incomplete };
  }

  function readMode(mode: unknown, path: KeyPath): PermissionMode | undefined {
    if (mode === undefined || mode === null) return undefined;
    const known = modes.find((candidate) => candidate === mode);
    if (known === undefined) issues.push({ path, message: `Must be one of ${modes.join(", ")}.` });
    if (layer !== "project" || known !== "allow") return known;
    refused.push(path);
    return undefined;
  }

  function readPatterns(list: unknown, path: KeyPath): readonly PermissionPattern[] {
    if (list === undefined || list === null) return [];
    if (layer === "project" && path.at(-1) === "always_allow") {
      refused.push(path);
      return [];
    }
    if (!Array.isArray(list)) {
      issues.push({ path, message: 'Must be a list of patterns: [{"pattern": "…"}].' });
      return [];
    }
    return list.flatMap((entry: unknown, index) => readPattern(entry, [...path, index]));
  }

  function readPattern(entry: unknown, path: KeyPath): readonly PermissionPattern[] {
    const { pattern, case_sensitive: caseSensitive = null, ...rest } = isObject(entry) ? entry : {};
    if (typeof pattern !== "string" || pattern === "") {
      issues.push({ path, message: 'Must be an object with a pattern: {"pattern": "…", "case_sensitive": true}.' });
      return [];
    }
    if (caseSensitive !== null && typeof caseSensitive !== "boolean") {
      issues.push({ path: [...path, "case_sensitive"], message: "Must be true or false." });
      return [];
    }
    issues.push(...unknownKeys(rest, ["pattern", "case_sensitive"], path));
    const at = [...path, "pattern"];
    return [{ pattern, caseSensitive: caseSensitive === true, path: at, place: placeOf(at) }];
  }
}
