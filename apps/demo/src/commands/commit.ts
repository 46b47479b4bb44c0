import { type Message, run } from "@waygate/core";
import { type ExitCode, exitCodeOfEnd, UsageError } from "../exit-code.ts";
import { jsonLine } from "../json-output.ts";
import { stagedDiff } from "../programs/git.ts";
import { ownProgramEnvironment } from "../programs/program-environment.ts";
import { printable } from "../terminal/printable.ts";
import { chooseModel } from "./chat.ts";
import { showFolderChoices } from "./folder-choices.ts";
import type { Services } from "./services.ts";

/** In characters. What a model needs to see of a large change. */
const maxDiffLength = 100_000;

const instructions =
  "You write commit messages. Answer with the message alone, without quotes or Markdown: a subject in the imperative of " +
  "at most 72 characters; then, only where the change does not explain itself, an empty line and why it was made.";

/** `waygate commit`: a message for what is staged, from the model that `agent.commit_message_model` names. */
export async function commit(services: Services): Promise<ExitCode> {
  const { host, screen, interrupts, arguments: given } = services;
  const diff = await stagedChange(services);
  const choice = await chooseModel(services, "commit_message_model");
  await showFolderChoices(services, ["commit_message_model"], choice);
  const { gateway, model, reasoning, temperature } = choice;
  const hint = given.words.length === 0 ? "" : `About it: ${given.words.join(" ")}\n\n`;
  const messages: readonly Message[] = [
    { role: "system", content: [{ type: "text", text: given.system ?? instructions }] },
    { role: "user", content: [{ type: "text", text: `${hint}The change:\n\n${diff}` }] },
  ];
  const work = interrupts.begin();
  screen.waiting.start("writing");
  try {
    const asked = host.registry.gateway(gateway);
    const answer = run({ gateway: asked, model, reasoning, temperature, messages, signal: work.signal });
    const { text, reason, usage } = await answer.result();
    const message = text.trim();
    if (given.json) {
      await screen.answer.write(jsonLine({ type: "commit-message", gateway, model, message, reason, usage }));
    } else await screen.answer.line(screen.answer.terminal ? printable(message) : message);
    return exitCodeOfEnd(reason);
  } finally {
    screen.waiting.stop();
    work[Symbol.dispose]();
  }
}

async function stagedChange({ host, surroundings, arguments: given }: Services): Promise<string> {
  const environment = ownProgramEnvironment(surroundings.environment, host.credentials.variables());
  const diff = await stagedDiff(given.folder, environment).catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error);
    throw new UsageError(`git could not say what is staged in "${given.folder}": ${words}`);
  });
  if (diff === "") throw new UsageError("Nothing is staged: git add what the commit is to hold.");
  if (diff.length <= maxDiffLength) return diff;
  return `${diff.slice(0, maxDiffLength)}\n[cut off here; ${diff.length - maxDiffLength} more characters]`;
}
