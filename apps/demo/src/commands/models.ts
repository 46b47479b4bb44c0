import type { FoundModel, Host, ModelListing, ModelSearch } from "@waygate/host";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { jsonLine, plainError } from "../json-output.ts";
import { setUpGateways } from "../set-up.ts";
import { exactLine } from "../terminal/exact-text.ts";
import { age } from "../terminal/figures.ts";
import { modelTable } from "../terminal/model-table.ts";
import type { Services } from "./services.ts";
import { showError } from "./turn.ts";

/** `waygate models`: what can be given to `--model`. */
export async function listModels(services: Services): Promise<ExitCode> {
  const { host, modelChooser, screen, arguments: given } = services;
  if ((await setUpGateways(host)).length === 0) {
    const file = exactLine(host.settings.file ?? "");
    await screen.aside.line(`No gateway is configured in ${file}: these are the built-in simulator's.`);
    await modelChooser.simulated();
  }
  const { found, lists } = await findModels(host, given.words.join(" "), given.refresh);
  const failed = lists.some(({ error }) => error !== undefined);
  if (given.json) await printLines(services, found, lists);
  else {
    for (const line of modelTable(found, screen.answer)) await screen.answer.line(line);
    if (found.length === 0 && !failed) await screen.aside.line("There is no such model.");
    for (const { gateway, models, fetchedAt, error } of lists) {
      if (error !== undefined) await showError(screen, error);
      if (fetchedAt === undefined || models.length === 0 || !screen.aside.terminal) continue;
      await screen.aside.line(screen.aside.style("dim", `The list of ${exactLine(gateway)} is ${age(fetchedAt)} old.`));
    }
  }
  return failed ? exitCode.failed : exitCode.ok;
}

/**
 * Models by words of their names, those pinned by the settings first, and how the lists stand that they are from.
 * Gateways that nobody has set up are not asked.
 */
export async function findModels(host: Host, text: string, refresh = false): Promise<ModelSearch> {
  const gateways = (await setUpGateways(host)).filter(({ entry }) => entry.state === "ready");
  return host.models.search(text, { gateway: gateways.map(({ gateway }) => gateway), refresh });
}

async function printLines(
  { screen }: Services,
  found: readonly FoundModel[],
  lists: readonly ModelListing[],
): Promise<void> {
  for (const { gateway, model, capabilities, favorite } of found) {
    const fetchedAt = lists.find((list) => list.gateway === gateway)?.fetchedAt;
    const fetched = fetchedAt === undefined ? undefined : new Date(fetchedAt).toISOString();
    await screen.answer.write(
      jsonLine({ type: "model", gateway, ...model, capabilities, favorite, fetchedAt: fetched }),
    );
  }
  for (const { error } of lists) {
    if (error !== undefined) await screen.answer.write(jsonLine({ type: "error", ...plainError(error) }));
  }
}
