import type { ExitCode } from "../exit-code.ts";
import type { ModelChoice } from "../model-choice.ts";
import { converse } from "./converse.ts";
import type { Services } from "./services.ts";
import { Session } from "./session.ts";
import { exitCodeOfTurn, showTurn } from "./turn.ts";

const prompt = "List the files here, read README.md and tell me what this project is.";

const introduction =
  "A whole turn: a question goes through the registry and the gateway's plugin over HTTP to the model, which calls " +
  "tools on this folder, reads what they give, and answers.";

/** `--tour`: a whole turn with tools to look at; whoever sits at a terminal may go on from there. */
export async function tour(services: Services, choice: ModelChoice): Promise<ExitCode> {
  const { surroundings, screen, interrupts } = services;
  const { aside } = screen;
  await aside.startBlock();
  await aside.paragraph("", introduction, []);
  if (surroundings.stdin.isTTY && surroundings.stdout.isTTY) return converse(services, choice, prompt);
  using session = new Session(services, choice);
  await session.showHeader();
  await aside.startBlock();
  await aside.line(`› ${prompt}`);
  const work = interrupts.begin();
  try {
    return exitCodeOfTurn(await showTurn(screen, session.conversation, prompt, work.signal));
  } finally {
    work[Symbol.dispose]();
  }
}
