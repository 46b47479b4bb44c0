import type { ReadResult } from "./settings-file.ts";

/** How long a file is given to be written to its end, in milliseconds, and how often. */
const pause = 250;
const patience = 20;

type Results = readonly (ReadResult | undefined)[];

/**
 * Reads files that have just changed. An editor that writes in place may be caught halfway: what looks broken, or empty
 * though `hadText`, counts when it is read twice the same with a pause between. Undefined where `superseded` says that
 * somebody else reads by now.
 */
export async function readSettled(
  read: () => Promise<Results>,
  hadText: () => boolean,
  superseded: () => boolean,
): Promise<Results | undefined> {
  let before = "";
  for (let attempt = 1; !superseded(); attempt++) {
    const results = await read();
    const halfway = results.some(
      (result) => result && ("fault" in result || (result.document.text.trim() === "" && hadText())),
    );
    const now = JSON.stringify(results.map((result) => result && ("fault" in result ? result : result.document.text)));
    if (!halfway || now === before || attempt === patience) return superseded() ? undefined : results;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, pause).unref());
  }
  return undefined;
}
