import { type ExitCode, exitCode, UsageError } from "../exit-code.ts";
import { jsonText } from "../json-output.ts";
import type { Services } from "./services.ts";

/** `waygate schema`: the JSON Schema of a settings file, for editors. */
export async function schema({ host, screen, arguments: given }: Services): Promise<ExitCode> {
  if (given.words.length > 0) throw new UsageError('"schema" takes no further words.');
  await screen.answer.line(jsonText(await host.schema(), given.json ? undefined : 2));
  return exitCode.ok;
}
