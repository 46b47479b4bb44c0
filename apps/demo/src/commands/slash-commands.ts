import { didYouMean } from "@waygate/core/plugin";
import { exactLine } from "../terminal/exact-text.ts";
import { modelTable } from "../terminal/model-table.ts";
import { findModels } from "./models.ts";
import { ruleLine, ruleLines, settingsLine } from "./permissions.ts";
import type { Session } from "./session.ts";
import { showError } from "./turn.ts";

interface SlashCommand {
  readonly usage: string;
  readonly meaning: string;
  run(session: Session, argument: string): Promise<"exit" | undefined>;
}

const commands: Readonly<Record<string, SlashCommand>> = {
  "/model": {
    usage: "/model GATEWAY:MODEL",
    meaning: "go on with another model",
    run: changeModel,
  },
  "/models": {
    usage: "/models [TEXT]",
    meaning: "list the models, or those with TEXT in their names",
    run: showModels,
  },
  "/title": {
    usage: "/title [TEXT]",
    meaning: "name the conversation, or have a model name it",
    run: changeTitle,
  },
  "/permissions": {
    usage: "/permissions [revoke ID | clear]",
    meaning: "list what was allowed for more than one call, or revoke it",
    run: changePermissions,
  },
  "/new": {
    usage: "/new",
    meaning: "start over; what was said, and allowed until the conversation ends, is forgotten",
    async run(session) {
      session.startOver();
      await session.showHeader();
      return undefined;
    },
  },
  "/help": {
    usage: "/help",
    meaning: "this list",
    run: showHelp,
  },
  "/exit": {
    usage: "/exit",
    meaning: "leave; so does Ctrl-D",
    run: async () => "exit",
  },
};

/** For the Tab key. */
export const slashCommandNames: readonly string[] = Object.keys(commands);

export interface ParsedSlashCommand {
  readonly name: string;
  readonly argument: string;
}

/** Undefined for what is said to the model, which may well begin with a path. */
export function parseSlashCommand(text: string): ParsedSlashCommand | undefined {
  const match = /^(\/[a-z]+)(?:\s+(.*))?$/i.exec(text.trim());
  return match === null ? undefined : { name: match[1] ?? "", argument: match[2] ?? "" };
}

export async function runSlashCommand(session: Session, parsed: ParsedSlashCommand): Promise<"exit" | undefined> {
  const { name, argument } = parsed;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (command !== undefined) return await command.run(session, argument);
    throw new Error(`There is no command ${name}.${didYouMean(name, slashCommandNames)} /help lists them.`);
  } catch (error) {
    await showError(session.services.screen, error);
    return undefined;
  }
}

async function changeModel(session: Session, name: string): Promise<undefined> {
  const { screen, modelChooser } = session.services;
  if (name === "") {
    const { gateway, model } = session.conversation.choice;
    await screen.aside.line(
      `The model is ${exactLine(`${gateway}:${model}`)}. /model GATEWAY:MODEL changes it, /models lists them.`,
    );
    return;
  }
  session.conversation.choice = await modelChooser.named(name);
  await session.showHeader();
}

async function showModels(session: Session, filter: string): Promise<undefined> {
  const { host, screen } = session.services;
  const { gateway, model } = session.conversation.choice;
  const { found, lists } = await findModels(host, filter);
  const lines = modelTable(found, screen.aside, `${gateway}:${model}`);
  for (const line of lines) await screen.aside.line(line);
  if (lines.length === 0) await screen.aside.line("There is no such model.");
  for (const { error } of lists) if (error !== undefined) await showError(screen, error);
}

async function changePermissions(session: Session, argument: string): Promise<undefined> {
  const { services, rules } = session;
  const { aside } = services.screen;
  const [action = "list", id, ...more] = argument.split(/\s+/).filter((word) => word !== "");
  if (
    more.length > 0 ||
    (action === "revoke") !== (id !== undefined) ||
    !["list", "revoke", "clear"].includes(action)
  ) {
    throw new Error("It is: /permissions, /permissions revoke ID, or /permissions clear.");
  }
  if (action === "list") {
    for (const line of ruleLines(await rules.list())) await aside.line(line);
    const settings = settingsLine(services.host);
    if (settings !== undefined) await aside.line(aside.style("dim", settings));
    return;
  }
  const revoked = await rules.revoke((rule) => id === undefined || rule.id === id);
  if (id !== undefined && revoked.length === 0)
    throw new Error(`There is no rule ${id} here. /permissions lists them.`);
  for (const rule of revoked) await aside.line(`Revoked: ${ruleLine(rule)}`);
  if (revoked.length === 0) await aside.line("There are no rules to revoke.");
}

async function changeTitle({ title, conversation }: Session, text: string): Promise<undefined> {
  if (text !== "") title.set(text);
  else if (conversation.messages.some(({ role }) => role === "user")) await title.renew();
  else throw new Error("Nothing was said yet that a title could be made of.");
  await title.showPending();
}

async function showHelp({ services }: Session): Promise<undefined> {
  const { aside } = services.screen;
  const rows = [
    ...Object.values(commands).map(({ usage, meaning }) => [usage, meaning] as const),
    ["Ctrl-C", "stop the answer; at the prompt, twice, leave"] as const,
    ["\\ at the end of a line", "go on in another line"] as const,
  ];
  const width = Math.max(...rows.map(([usage]) => usage.length));
  for (const [usage, meaning] of rows) {
    await aside.line(`  ${usage.padEnd(width)}  ${aside.style("dim", meaning)}`);
  }
}
