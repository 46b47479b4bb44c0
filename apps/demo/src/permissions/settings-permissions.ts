import { basename } from "node:path";
import {
  formatKeyPath,
  formatPlace,
  type PermissionMode,
  type PermissionPattern,
  type ToolPermissions,
  type ToolRules,
} from "@waygate/host";
import type { Action } from "./action.ts";
import { commandParts, deletesTooMuch } from "./command-parts.ts";
import type { CompiledPattern } from "./settings-pattern.ts";
import { readCommand } from "./shell-command.ts";

/** What the settings say about a call. `why` completes "because …". */
export type SettingsVerdict =
  | { readonly type: "deny"; readonly why: string }
  /** A person must be asked, whatever they allowed before. */
  | { readonly type: "confirm"; readonly why: string }
  | { readonly type: "allow"; readonly why: string }
  /** No pattern matches. `allow`: it need not be asked about, unless a rule is stricter. */
  | { readonly type: "default"; readonly allow: boolean };

/** The names that settings may use for a tool: its own, and those of Zed's tools that do the same. */
const settingsNames: Readonly<Record<string, readonly string[]>> = {
  run_command: ["run_command", "terminal"],
  write_file: ["write_file", "edit_file", "create_file"],
  delegate: ["delegate", "spawn_agent", "subagent"],
};

export interface SettingsContext {
  readonly layers: readonly ToolPermissions[];
  readonly compile: (pattern: PermissionPattern) => CompiledPattern;
  /** The folder that the tools work in. */
  readonly folder: string;
}

/** Weighs the patterns of all layers: what denies wins, then what confirms, then what allows, then the defaults. */
export function weighSettings(tool: string, action: Action | undefined, context: SettingsContext): SettingsVerdict {
  const { layers, compile, folder } = context;
  const names = settingsNames[tool] ?? [tool];
  const rules = layers.flatMap((layer) => names.flatMap((name) => layer.tools.get(name) ?? []));
  const texts = action === undefined ? [] : textsOf(action, folder);
  const find = (list: PatternList, wanted: readonly string[]) =>
    rules.flatMap((rule) => rule[list]).find((pattern) => matches(compile(pattern), wanted));

  const denying = find("deny", texts ?? []);
  if (denying !== undefined) return { type: "deny", why: `${nameOf(denying)} matches` };
  const unsure = uncertainty(rules, layers, compile, texts);
  if (unsure !== undefined) return { type: "confirm", why: unsure };
  const confirming = find("confirm", texts ?? []);
  if (confirming !== undefined) return { type: "confirm", why: `${nameOf(confirming)} matches` };

  const defaults = layers.map((layer) => ({ layer: layer.layer, mode: defaultOf(layer, names) }));
  const denies = (which: string) => defaults.some(({ layer, mode }) => layer === which && mode === "deny");
  // A project only restricts: what the user's patterns allow does not lift its default.
  if (denies("project")) return { type: "deny", why: "the project's settings deny it by default" };
  const reckless = deletesTooMuch(action?.type === "command" ? (texts ?? []) : []);
  const allowing = find("allow", allowedTexts(action));
  if (allowing !== undefined && !reckless) return { type: "allow", why: `${nameOf(allowing)} matches` };
  if (denies("user")) return { type: "deny", why: "the settings deny it by default" };
  if (reckless) return { type: "confirm", why: "it deletes a whole folder that matters" };
  const modes = defaults.map(({ mode }) => mode);
  return { type: "default", allow: modes.includes("allow") && !modes.includes("confirm") };
}

/** Whether the settings have a tool asked about that asks nothing by itself. */
export function asksAbout(tool: string, layers: readonly ToolPermissions[]): boolean {
  const names = settingsNames[tool] ?? [tool];
  return layers.some(({ tools }) =>
    names.some((name) => {
      const rules = tools.get(name);
      return rules !== undefined && (rules.incomplete || rules.default === "confirm" || rules.default === "deny");
    }),
  );
}

type PatternList = "deny" | "confirm" | "allow";

function matches(compiled: CompiledPattern, texts: readonly string[]): boolean {
  return "test" in compiled && texts.some((text) => compiled.test(text));
}

/** Why it cannot be said whether a pattern that forbids would match. */
function uncertainty(
  rules: readonly ToolRules[],
  layers: readonly ToolPermissions[],
  compile: SettingsContext["compile"],
  texts: readonly string[] | undefined,
): string | undefined {
  if ([...rules, ...layers].some(({ incomplete }) => incomplete)) {
    return "a part of agent.tool_permissions is not valid";
  }
  const forbidding = rules.flatMap(({ deny, confirm }) => [...deny, ...confirm]);
  const broken = forbidding.find((pattern) => "fault" in compile(pattern));
  if (broken !== undefined) return `${nameOf(broken)} is not a valid pattern`;
  return texts === undefined && forbidding.length > 0
    ? "the command is too long to be compared with patterns"
    : undefined;
}

/** The texts that forbidding patterns are compared with; undefined if a command cannot be taken apart. */
function textsOf(action: Action, folder: string): readonly string[] | undefined {
  if (action.type === "command") return commandParts(action.command);
  const { path, asked } = action;
  // Zed names files from the folder's own name on.
  return [path, asked, `${basename(folder)}/${path}`, `${folder}/${path}`];
}

/** The texts that allowing patterns are compared with: of a command only one that is a single program. */
function allowedTexts(action: Action | undefined): readonly string[] {
  if (action === undefined) return [];
  if (action.type === "file") return [action.path];
  return readCommand(action.command) === undefined ? [] : [action.command.trim()];
}

/** The strictest default that a layer has for one of these names, else its default for all tools. */
function defaultOf(layer: ToolPermissions, names: readonly string[]): PermissionMode | undefined {
  const modes = names.map((name) => layer.tools.get(name)?.default);
  return (["deny", "confirm", "allow"] as const).find((mode) => modes.includes(mode)) ?? layer.default;
}

/** `agent.tool_permissions.tools.terminal.always_deny[0] (settings.json:4:5)` */
function nameOf({ path, place }: PermissionPattern): string {
  const name = formatKeyPath(path.slice(0, -1));
  return place === undefined ? name : `${name} (${formatPlace(place)})`;
}
