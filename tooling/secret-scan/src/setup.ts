import { afterAll, afterEach } from "vitest";
import { watchErrors } from "./errors.ts";
import { exemptions } from "./exemptions.ts";
import { watchOutput } from "./output.ts";
import { type Finding, watch } from "./watch.ts";

watchErrors();
watchOutput();

afterEach(({ task }) => {
  const findings = watch.take();
  const file = task.file.filepath.replaceAll("\\", "/");
  const exempt = exemptions.some((exemption) => file.endsWith(`/${exemption.file}`) && task.name === exemption.test);
  if (!exempt) fail(findings);
  else if (findings.length === 0) throw new Error("No key shows here any more: take this test out of the exemptions.");
});
// What comes between tests, and after them.
afterAll(() => fail(watch.take()));

/** Fails what has just run, if a key came out of it. */
function fail(findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const lines = findings.slice(0, 10).map(({ what, key, excerpt }) => `- ${what}, ${key}: ${JSON.stringify(excerpt)}`);
  throw new Error(`A key came out, where none must:\n${lines.join("\n")}`);
}
