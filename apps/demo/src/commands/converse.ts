import { type ExitCode, exitCode } from "../exit-code.ts";
import type { ModelChoice } from "../model-choice.ts";
import { Prompt } from "../terminal/prompt.ts";
import { conversationUses, watchFolderChoices } from "./folder-choices.ts";
import type { Services } from "./services.ts";
import { Session } from "./session.ts";
import { parseSlashCommand, runSlashCommand, slashCommandNames } from "./slash-commands.ts";

/** For the Tab key: the commands; after `/model`, the models that the settings pin. */
function completions({ host }: Services, line: string): readonly string[] {
  const models = host.settings.favorites.map(({ provider, model }) => `/model ${provider}:${model}`);
  return (line.startsWith("/model ") ? models : slashCommandNames).filter((whole) => whole.startsWith(line));
}

/** A conversation at a terminal, from its first prompt to its end. `first` is said before anything is typed. */
export async function converse(services: Services, choice: ModelChoice, first?: string): Promise<ExitCode> {
  const { surroundings, screen } = services;
  const { aside } = screen;
  const mark = aside.style("cyan", "› ");
  const prompt = new Prompt({
    input: surroundings.stdin,
    output: surroundings.stdout,
    mark,
    leaveHint: aside.style("dim", "Ctrl-C once more leaves; so does Ctrl-D."),
    pasteMode: services.pasteMode,
    completions: (line) => completions(services, line),
    awaiting(line) {
      screen.prompt = line;
    },
  });
  using session = new Session(services, choice);
  const uses = conversationUses(services, true);
  using _watching = watchFolderChoices(services, uses, () => session.conversation.choice);
  await session.showHeader();
  if (first !== undefined) {
    await aside.startBlock();
    await aside.line(`${mark}${first}`);
    await session.say(first);
  }
  for (;;) {
    await aside.startBlock();
    const answer = await prompt.ask();
    aside.lineEndedElsewhere();
    if (answer.type === "end") return exitCode.ok;
    if (answer.type === "leave") return exitCode.interrupted;
    const command = parseSlashCommand(answer.text);
    if (command === undefined) {
      if (answer.text.trim() !== "") await session.say(answer.text);
    } else if ((await runSlashCommand(session, command)) === "exit") return exitCode.ok;
  }
}
