import { type ExitCode, exitCode } from "../exit-code.ts";
import { modelTable } from "../terminal/model-table.ts";
import type { Services } from "./services.ts";
import { showError } from "./turn.ts";

/** `waygate models`: what can be given to `--model`. */
export async function listModels({ registry, modelChooser, screen, settings }: Services): Promise<ExitCode> {
  if (registry.gateways().length === 0) {
    await screen.aside.line(`No gateway is configured in ${settings.file}: these are the built-in simulator's.`);
    await modelChooser.simulated();
  }
  const lists = await registry.models();
  for (const line of modelTable(lists, screen.answer)) await screen.answer.line(line);
  for (const { error } of lists) if (error !== undefined) await showError(screen, error);
  return lists.some(({ error }) => error !== undefined) ? exitCode.failed : exitCode.ok;
}
