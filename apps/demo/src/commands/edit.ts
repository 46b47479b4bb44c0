import { run } from "@waygate/core";
import { type EditedFile, type EditedText, editedText, readEdited, writeEdited } from "../editing/edited-file.ts";
import { editMessages } from "../editing/prompt.ts";
import { fitReplacement, type Selection, select } from "../editing/selection.ts";
import { unifiedDiff } from "../editing/unified-diff.ts";
import { type ExitCode, exitCode, exitCodeOfEnd, UsageError } from "../exit-code.ts";
import { wholeText } from "../files/decode-text.ts";
import { jsonLine } from "../json-output.ts";
import type { ModelChoice } from "../model-choice.ts";
import { exactBlock, exactHeading } from "../terminal/exact-block.ts";
import { exactLine, exactText } from "../terminal/exact-text.ts";
import { Pager } from "../terminal/pager.ts";
import { printable } from "../terminal/printable.ts";
import { changePreview } from "../tools/change-preview.ts";
import { chooseModel } from "./chat.ts";
import { showFolderChoices } from "./folder-choices.ts";
import type { Services } from "./services.ts";
import { readStandardBytes } from "./standard-input.ts";

/** What a model would put in place of the selection. */
interface Proposal {
  readonly choice: ModelChoice;
  readonly replacement: string;
  readonly reason: Parameters<typeof exitCodeOfEnd>[0];
  readonly usage: unknown;
}

/**
 * `waygate edit`: some lines of a file, rewritten by the model that `agent.inline_assistant_model` names. At a terminal
 * it asks before it writes; elsewhere it prints the change as a diff, unless it may write (`--yes`). A text from standard
 * input comes back changed.
 */
export async function edit(services: Services): Promise<ExitCode> {
  const { arguments: given, interrupts } = services;
  const [path, ...words] = given.words;
  const instruction = words.join(" ").trim();
  if (path === undefined || instruction === "") {
    throw new UsageError(
      'It is: waygate edit FILE "what to change", with --lines 10-20 for a part of it; FILE may be -.',
    );
  }
  const file = path === "-" ? undefined : await readEdited(given.folder, path);
  const source = file ?? editedText(await readStandardBytes(services.surroundings.stdin, services.screen), "-");
  const selection = select(source.text, given.lines);
  const choice = await chooseModel(services, "inline_assistant_model");
  const others = file !== undefined && canAsk(services) ? (["inline_alternatives"] as const) : [];
  await showFolderChoices(services, ["inline_assistant_model", ...others], choice);
  const work = interrupts.begin();
  // What is typed while the answer comes is no answer to the question after it.
  const keys = file !== undefined && canAsk(services) ? services.keyboard?.listen() : undefined;
  try {
    const ask = (chosen: ModelChoice) => propose(services, chosen, file?.name, selection, instruction, work.signal);
    const proposal = await ask(choice);
    if (proposal.reason !== "stop") return await tellUnfinished(services, file, proposal);
    if (file === undefined) return await printText(services, source, selection, proposal);
    if (canAsk(services)) return await askAndWrite(services, file, selection, proposal, ask, work.signal);
    return await writeOrPrint(services, file, selection, proposal);
  } finally {
    keys?.[Symbol.dispose]();
    work[Symbol.dispose]();
  }
}

/** Has a model write the replacement, which is shown as it comes where somebody watches. */
async function propose(
  { host, screen, arguments: given }: Services,
  choice: ModelChoice,
  name: string | undefined,
  selection: Selection,
  instruction: string,
  signal: AbortSignal,
): Promise<Proposal> {
  const { aside, waiting } = screen;
  const { gateway, model, reasoning, temperature } = choice;
  const running = run({
    ...{ gateway: host.registry.gateway(gateway), model, reasoning, temperature, signal },
    messages: editMessages({ name, selection, instruction, system: given.system }),
  });
  waiting.start("writing");
  try {
    for await (const event of running) {
      // Of a text from standard input, what is printed is what there is to see.
      if (event.type !== "text-delta" || !aside.terminal || given.json || name === undefined) continue;
      await aside.write(aside.style("dim", printable(event.text)));
    }
  } finally {
    waiting.stop();
    if (aside.terminal) await aside.startLine();
  }
  const { text, reason, usage } = await running.result();
  return { choice, replacement: fitReplacement(text, selection), reason, usage };
}

function canAsk({ arguments: given, screen, keyboard }: Services): boolean {
  return keyboard !== undefined && screen.aside.terminal && screen.answer.terminal && !given.yes && !given.json;
}

/** Yes, no, or what another of `inline_alternatives` makes of it. */
async function askAndWrite(
  services: Services,
  file: EditedFile,
  selection: Selection,
  first: Proposal,
  ask: (choice: ModelChoice) => Promise<Proposal>,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { host, screen, keyboard } = services;
  const { aside } = screen;
  const others = [...host.settings.inlineAlternatives()];
  let proposal = first;
  for (;;) {
    if (!(await showChange(services, file, selection, proposal, signal))) {
      await aside.line("Nothing was changed.");
      return exitCode.ok;
    }
    const next = others[0];
    const name =
      next === undefined ? "" : `  ${aside.style("bold", "a")}sk ${exactLine(`${next.provider}:${next.model}`)}`;
    await aside.write(`    ${aside.style("bold", "y")}es  ${aside.style("bold", "n")}o${name}  › `);
    const key = await keyboard?.choose(next === undefined ? "yn" : "yna", signal);
    await aside.write(`${key === "y" ? "yes" : key === "a" ? "ask" : "no"}\n`);
    if (key === "y") break;
    if (key !== "a" || next === undefined) {
      await aside.line("Nothing was changed.");
      return exitCode.ok;
    }
    others.shift();
    const { provider: gateway, model, reasoning, temperature } = next;
    await host.gateway(gateway);
    const asked = await ask({ gateway, model, reasoning, temperature });
    if (asked.reason === "stop") proposal = asked;
    else await aside.line("That answer was broken off, so this is the one before it:");
  }
  await writeEdited(file, selection.before + proposal.replacement + selection.after);
  await aside.line(`Written: ${exactLine(file.name)}`);
  return exitCode.ok;
}

/** Shows all of the change. Returns false if the person leaves before its end. */
async function showChange(
  { screen: { aside }, keyboard }: Services,
  { name, text }: EditedFile,
  { before, after }: Selection,
  { choice, replacement }: Proposal,
  signal: AbortSignal,
): Promise<boolean> {
  await aside.startBlock();
  const heading = `${choice.gateway}:${choice.model} would change ${name}`;
  const change = changePreview(text, before + replacement + after);
  const rows = [...exactHeading(aside, "?", heading), ...exactBlock(aside, change)];
  return keyboard !== undefined && new Pager(aside, keyboard).show(rows, "no", signal);
}

async function writeOrPrint(
  services: Services,
  file: EditedFile,
  selection: Selection,
  proposal: Proposal,
): Promise<ExitCode> {
  const { screen, arguments: given } = services;
  const changed = selection.before + proposal.replacement + selection.after;
  const diff = unifiedDiff(file.name, wholeText(file, file.text), wholeText(file, changed));
  if (given.yes && diff !== "") await writeEdited(file, changed);
  if (given.json) {
    const lines = [selection.firstLine, selection.lastLine];
    const { choice, replacement, reason, usage } = proposal;
    const { gateway, model } = choice;
    const written = given.yes && diff !== "";
    await screen.answer.write(
      jsonLine({ type: "edit", file: file.path, lines, gateway, model, replacement, diff, written, reason, usage }),
    );
  } else if (diff === "") await screen.aside.line("Nothing changes.");
  else await screen.answer.write(screen.answer.terminal ? exactText(diff) : diff);
  if (given.yes && diff !== "" && !given.json) await screen.aside.line(`Written: ${exactLine(file.name)}`);
  return exitCode.ok;
}

/** The whole text, changed: what an editor's filter command puts in place of what it piped in. */
async function printText(
  { screen, arguments: given }: Services,
  source: EditedText,
  { before, after, firstLine, lastLine }: Selection,
  { choice: { gateway, model }, replacement, reason, usage }: Proposal,
): Promise<ExitCode> {
  const lines = [firstLine, lastLine];
  const text = wholeText(source, before + replacement + after);
  await screen.answer.write(
    given.json
      ? jsonLine({ type: "edit", lines, gateway, model, replacement, text, written: false, reason, usage })
      : screen.answer.terminal
        ? exactText(text)
        : text,
  );
  return exitCode.ok;
}

/** Half a replacement is none. */
async function tellUnfinished(
  { screen, arguments: given }: Services,
  file: EditedFile | undefined,
  { choice: { gateway, model }, reason, usage }: Proposal,
): Promise<ExitCode> {
  const line = { type: "edit", file: file?.path, gateway, model, written: false, reason, usage };
  if (given.json) await screen.answer.write(jsonLine(line));
  else await screen.aside.line(`The answer was broken off (${reason}), so nothing was changed.`);
  return exitCodeOfEnd(reason);
}
