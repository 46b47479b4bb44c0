import { formatPlace } from "@waygate/host";
import { type ExitCode, exitCode, UsageError } from "../exit-code.ts";
import { jsonLine, jsonText } from "../json-output.ts";
import { ownProgramEnvironment } from "../programs/program-environment.ts";
import { exactLine } from "../terminal/exact-text.ts";
import { editFile } from "./editor.ts";
import type { Services } from "./services.ts";

/** `waygate settings`: where they stand, what they are, and how to change them. */
export async function settings(services: Services): Promise<ExitCode> {
  const [action, path, value, ...more] = services.arguments.words;
  const count = services.arguments.words.length;
  if (action === undefined) return where(services);
  if (action === "get" && count <= 2) return get(services, path);
  if (action === "set" && path !== undefined && value !== undefined && more.length === 0) {
    return set(services, path, value);
  }
  if (action === "remove" && path !== undefined && count === 2) return remove(services, path);
  if (action === "edit" && count === 1) return edit(services);
  throw new UsageError(
    "It is: waygate settings, waygate settings get [PATH], waygate settings set PATH JSON, waygate settings remove PATH, " +
      "or waygate settings edit.",
  );
}

async function where({ host, screen, arguments: given }: Services): Promise<ExitCode> {
  const { file, exists, projectFile } = host.settings;
  if (given.json) await screen.answer.write(jsonLine({ type: "settings", file, exists, projectFile }));
  else {
    await screen.answer.line(screen.answer.terminal ? exactLine(file ?? "") : (file ?? ""));
    if (!exists) await screen.aside.line('There is no such file yet: "waygate settings edit" makes it.');
  }
  return exitCode.ok;
}

async function get({ host, screen, arguments: given }: Services, path: string | undefined): Promise<ExitCode> {
  const value = path === undefined ? host.settings.value : host.settings.get(path);
  if (value === undefined) throw new UsageError(`${path} is not set.`, "settings");
  await screen.answer.line(jsonText(value, given.json ? undefined : 2));
  return exitCode.ok;
}

async function set({ host, screen, arguments: given }: Services, path: string, text: string): Promise<ExitCode> {
  await host.settings.set(path, parseValue(path, text));
  const place = host.settings.place(path);
  if (given.json) await screen.answer.write(jsonLine({ type: "settings-set", path, ...place }));
  else if (place !== undefined) await screen.aside.line(`Written: ${exactLine(formatPlace(place))}`);
  return exitCode.ok;
}

async function remove({ host, screen, arguments: given }: Services, path: string): Promise<ExitCode> {
  const { settings } = host;
  const place = settings.get(path) === undefined ? undefined : settings.place(path);
  if (place !== undefined && place.file !== settings.file) {
    throw new UsageError(
      `${path} stands in the project's settings, ${formatPlace(place)}: take it out there.`,
      "settings",
    );
  }
  if (place === undefined) throw new UsageError(`${path} is not set.`, "settings");
  await settings.remove(path);
  if (given.json) await screen.answer.write(jsonLine({ type: "settings-removed", path, ...place }));
  else await screen.aside.line(`Removed from ${exactLine(place.file)}`);
  return exitCode.ok;
}

function parseValue(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(
      `The value is not JSON. A text needs double quotes of its own: waygate settings set ${path} '"text"'.`,
    );
  }
}

async function edit({ host, screen, surroundings, arguments: given }: Services): Promise<ExitCode> {
  const file = await host.settings.create();
  await editFile(file, ownProgramEnvironment(surroundings.environment, host.credentials.variables()));
  await host.settings.reload();
  const errors = host.settings.notices.filter(({ severity }) => severity === "error");
  if (given.json) await screen.answer.write(jsonLine({ type: "settings", file, errors }));
  return errors.length > 0 ? exitCode.usage : exitCode.ok;
}
