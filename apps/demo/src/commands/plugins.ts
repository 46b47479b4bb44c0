import type { PluginInfo } from "@waygate/host";
import { type ExitCode, exitCode, UsageError } from "../exit-code.ts";
import { jsonLine } from "../json-output.ts";
import { exactLine } from "../terminal/exact-text.ts";
import type { Services } from "./services.ts";

/** `waygate plugins`: which gateways there are by their packages, and which of these may run. */
export async function plugins(services: Services): Promise<ExitCode> {
  const [action = "list", name, ...more] = services.arguments.words;
  if (action === "list" && name === undefined) return list(services);
  if ((action !== "confirm" && action !== "revoke") || name === undefined || more.length > 0) {
    throw new UsageError("It is: waygate plugins list, waygate plugins confirm NAME, or waygate plugins revoke NAME.");
  }
  return action === "confirm" ? confirm(services, name) : revoke(services, name);
}

/** The packages that were found by their keyword and wait to be confirmed. */
export function unconfirmedPlugins({ host }: Pick<Services, "host">): readonly PluginInfo[] {
  return host.plugins().filter(({ state }) => state === "unconfirmed");
}

/** How a person lets one of them run. */
export function confirmHint({ package: name = "" }: PluginInfo): string {
  return `waygate plugins confirm ${name}`;
}

/** Name, version and folder: what a person goes by. */
export function pluginLine({ package: name, id, version, folder }: PluginInfo): string {
  const words = [name ?? id ?? "", version ?? (name === undefined ? "" : "without a version")];
  const text = words.filter((word) => word !== "").join(" ");
  return exactLine(folder === undefined ? text : `${text} in ${folder}`);
}

async function list({ host, screen, arguments: given }: Services): Promise<ExitCode> {
  for (const info of host.plugins()) {
    if (given.json) await screen.answer.write(jsonLine({ type: "plugin", ...info }));
    else {
      await screen.answer.line(`${pluginLine(info)}: ${states[info.state]}, ${origins[info.origin]}`);
      if (info.problem !== undefined) await screen.answer.line(`  ${exactLine(info.problem)}`);
      if (info.state === "unconfirmed") await screen.answer.line(`  To confirm it: ${exactLine(confirmHint(info))}`);
    }
  }
  return exitCode.ok;
}

const states: Readonly<Record<PluginInfo["state"], string>> = {
  loaded: "loaded",
  "not-loaded": "runs when it is used",
  unconfirmed: "not confirmed, does not run",
  refused: "refused",
};

const origins: Readonly<Record<PluginInfo["origin"], string>> = {
  program: "comes with the program",
  settings: "named in the settings",
  keyword: "found by its keyword",
};

async function confirm(services: Services, name: string): Promise<ExitCode> {
  const { host, screen, arguments: given } = services;
  const info = unconfirmedPlugins(services).find((each) => each.package === name);
  if (info !== undefined && !given.yes && !(await isAllowed(services, info))) {
    await screen.aside.line("Nothing was confirmed.");
    return exitCode.ok;
  }
  const confirmed = await host.confirmPlugin(name);
  if (given.json) await screen.answer.write(jsonLine({ type: "plugin", ...confirmed }));
  else await screen.aside.line(`Confirmed: ${pluginLine(confirmed)}. It runs when it is used.`);
  return exitCode.ok;
}

async function isAllowed(services: Services, info: PluginInfo): Promise<boolean> {
  const { screen, keyboard, arguments: given, interrupts } = services;
  const { aside } = screen;
  if (keyboard === undefined || !aside.terminal || given.json) {
    throw new UsageError(
      `There is no terminal to ask on whether the code of ${pluginLine(info)} may run. If it may: ${exactLine(confirmHint(info))} --yes`,
    );
  }
  await aside.line(pluginLine(info));
  if (info.problem !== undefined) await aside.line(`  ${exactLine(info.problem)}`);
  const warning = "A plugin can do what you can, and sees the keys of its gateways.";
  await aside.paragraph("  ", `${warning} Its code runs as it is now, until it changes.`, "dim");
  const work = interrupts.begin();
  try {
    await aside.write(`  May it run?  ${aside.style("bold", "y")}es  ${aside.style("bold", "n")}o  › `);
    const key = await keyboard.choose("yn", work.signal);
    await aside.write(`${key === "y" ? "yes" : "no"}\n`);
    return key === "y";
  } finally {
    work[Symbol.dispose]();
  }
}

async function revoke({ host, screen, arguments: given }: Services, name: string): Promise<ExitCode> {
  if (!(await host.revokePlugin(name))) throw new UsageError(`The plugin "${name}" is not confirmed.`);
  if (given.json) await screen.answer.write(jsonLine({ type: "plugin-revoked", package: name }));
  else await screen.aside.line(`The plugin "${exactLine(name)}" does not run any more.`);
  return exitCode.ok;
}
