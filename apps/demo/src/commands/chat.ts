import type { Feature } from "@waygate/host";
import { type ExitCode, UsageError } from "../exit-code.ts";
import type { ModelChoice } from "../model-choice.ts";
import { exactLine } from "../terminal/exact-text.ts";
import { converse } from "./converse.ts";
import { conversationUses, showFolderChoices } from "./folder-choices.ts";
import { printEvents } from "./print-events.ts";
import type { Services } from "./services.ts";
import { readStandardInput } from "./standard-input.ts";
import { titleOfTurn } from "./title-of-turn.ts";
import { tour } from "./tour.ts";
import { exitCodeOfTurn, showTurn } from "./turn.ts";

/** `waygate chat`: a conversation at a terminal, or one answer for a question that came along. */
export async function chat(services: Services): Promise<ExitCode> {
  const { surroundings, arguments: given, interrupts } = services;
  const { stdin, stdout } = surroundings;
  const asked = given.prompt !== undefined || !stdin.isTTY;
  const conversing = !asked && !given.json && stdout.isTTY;
  if (!asked && !conversing && !given.tour) {
    throw new UsageError('There is no question. Give it as an argument: waygate chat "question".');
  }
  const choice = await chooseModel(services);
  await showFolderChoices(services, conversationUses(services, conversing || given.tour), choice);
  if (given.tour) return tour(services, choice);
  if (conversing) return converse(services, choice);
  const question = await questionOf(services);
  const { conversation } = services.openConversation(choice);
  const work = interrupts.begin();
  try {
    if (given.json) return await printEvents(services, conversation, question, work.signal);
    const turn = await showTurn(services.screen, conversation, question, work.signal);
    const { aside } = services.screen;
    const title = await titleOfTurn(services, conversation, turn, work.signal);
    if (title !== undefined) await aside.line(aside.style("dim", `title: ${exactLine(title.text)}`));
    return exitCodeOfTurn(turn);
  } finally {
    work[Symbol.dispose]();
  }
}

/** The model asked for, else the default one, else the simulator, which is said. */
export async function chooseModel(services: Services, feature?: Feature): Promise<ModelChoice> {
  const { arguments: given, modelChooser, host, screen } = services;
  if (given.model !== undefined) return modelChooser.named(given.model);
  const choice = await modelChooser.byDefault(feature);
  if (choice !== undefined) return choice;
  const { aside } = screen;
  await aside.paragraph("", "No gateway is configured: the built-in simulator answers, which is no model.", []);
  await aside.line(
    `For a model, describe its service in ${exactLine(host.settings.file ?? "")}${aside.terminal ? ":" : "."}`,
  );
  if (aside.terminal) for (const line of example) await aside.line(aside.style("dim", `  ${line}`));
  return modelChooser.simulated();
}

const example = [
  '{"language_models": {"openai_compatible": {"my-gateway": {',
  '  "api_url": "https://host/v1",',
  '  "available_models": [{"name": "model", "max_tokens": 128000}]',
  "}}}}   and put its key, if it wants one, into MY_GATEWAY_API_KEY",
];

/** The argument, what was piped in, or the one and then the other. */
async function questionOf({ arguments: given, surroundings, screen }: Services): Promise<string> {
  const { stdin } = surroundings;
  const piped = stdin.isTTY ? "" : await readStandardInput(stdin, screen);
  const question = [given.prompt ?? "", piped].filter((part) => part.trim() !== "").join("\n\n");
  if (question === "") {
    throw new UsageError('There is no question. Give it as an argument, waygate chat "question", or pipe it in.');
  }
  return question;
}
