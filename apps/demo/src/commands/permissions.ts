import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { formatPlace, type Host } from "@waygate/host";
import { type ExitCode, exitCode, UsageError } from "../exit-code.ts";
import { jsonLine } from "../json-output.ts";
import type { PermissionRule } from "../permissions/permission-store.ts";
import type { Remembered } from "../permissions/remembered-rules.ts";
import { scopeWords } from "../permissions/rule.ts";
import { columnsOf, padColumns } from "../terminal/columns.ts";
import { exactLine } from "../terminal/exact-text.ts";
import type { Services } from "./services.ts";

/** `waygate permissions`: what was allowed for more than one call, in all folders, and how to revoke it. */
export async function permissions(services: Services): Promise<ExitCode> {
  const { permissionStore: store, arguments: given } = services;
  const [action = "list", which, ...more] = given.words;
  if (action === "list" && which === undefined) return list(services);
  const isId = which !== undefined && /^[1-9]\d{0,14}$/.test(which);
  if (action === "revoke" && isId && more.length === 0) {
    const [rule] = await store.remove(({ id }) => id === Number(which));
    if (rule === undefined) throw new UsageError(`There is no rule ${which}. "waygate permissions" lists them.`);
    return tellRevoked(services, [rule]);
  }
  if (action === "clear" && which === undefined) {
    const folder = realPathOf(given.folder);
    return tellRevoked(services, await store.remove((rule) => rule.folder === folder));
  }
  if (action === "clear" && which === "all" && more.length === 0) {
    return tellRevoked(services, await store.remove(() => true));
  }
  throw new UsageError(
    "It is: waygate permissions, waygate permissions revoke ID, waygate permissions clear (this folder, or --folder), " +
      "or waygate permissions clear all.",
  );
}

async function list({ permissionStore: store, host, screen, arguments: given }: Services): Promise<ExitCode> {
  const rules = await store.list();
  const { answer, aside } = screen;
  if (given.json) {
    for (const rule of rules) await answer.write(jsonLine({ type: "permission", ...rule }));
    return exitCode.ok;
  }
  for (const [folder, inFolder] of Map.groupBy(rules, (rule) => rule.folder)) {
    await answer.line(answer.style("bold", exactLine(folder)));
    for (const line of ruleLines(inFolder.map(remembered))) await answer.line(line);
  }
  if (rules.length === 0) await aside.line("Nothing is allowed for more than one call.");
  const settings = settingsLine(host);
  if (settings !== undefined) await aside.line(aside.style("dim", settings));
  return exitCode.ok;
}

async function tellRevoked(
  { screen, arguments: given }: Services,
  rules: readonly PermissionRule[],
): Promise<ExitCode> {
  for (const rule of rules) {
    if (given.json) await screen.answer.write(jsonLine({ type: "permission-revoked", ...rule }));
    else await screen.aside.line(`Revoked: ${ruleLine(remembered(rule))}, in ${exactLine(rule.folder)}`);
  }
  if (rules.length === 0 && !given.json) await screen.aside.line("There are no rules to revoke.");
  return exitCode.ok;
}

/** A line for each rule, in columns. */
export function ruleLines(rules: readonly Remembered[]): readonly string[] {
  if (rules.length === 0) return ["Nothing is allowed here for more than one call."];
  const tools = Math.max(...rules.map(({ tool }) => columnsOf(exactLine(tool))));
  return rules.map(({ id, tool, scope }) => {
    const until = id.startsWith("s") ? "  until the conversation ends" : "";
    return `  ${id.padStart(4)}  ${padColumns(exactLine(tool), tools)}  ${scopeWords(scope)}${until}`;
  });
}

/** A rule in one line of text. */
export function ruleLine({ id, tool, scope }: Remembered): string {
  return `rule ${id}, ${exactLine(tool)}: ${scopeWords(scope)}`;
}

/** Says that the settings decide as well, and where. Undefined if they do not. */
export function settingsLine({ settings }: Host): string | undefined {
  if (settings.toolPermissions.length === 0) return undefined;
  const place = settings.place("agent.tool_permissions", "key");
  return `agent.tool_permissions goes before these rules${place === undefined ? "" : `: ${exactLine(formatPlace(place))}`}`;
}

function remembered({ id, tool, kind, value }: PermissionRule): Remembered {
  return { id: String(id), tool, scope: { kind, value } };
}

/** The folder may be gone, and its rules still there. */
function realPathOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return resolve(folder);
  }
}
