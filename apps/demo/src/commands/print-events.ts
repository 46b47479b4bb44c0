import type { Conversation } from "../conversation.ts";
import type { ExitCode } from "../exit-code.ts";
import { eventLine, interruptedLine, jsonLine } from "../json-output.ts";
import type { Services } from "./services.ts";
import { titleOfTurn } from "./title-of-turn.ts";
import { exitCodeOfTurn } from "./turn.ts";

/** `--json`: the events of one turn as NDJSON, and nothing else. Throws what the turn failed with. */
export async function printEvents(
  services: Services,
  conversation: Conversation,
  prompt: string,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { screen } = services;
  const turn = await conversation.say(prompt, signal, (event) => screen.answer.write(eventLine(event)));
  if (turn.outcome.type === "failed") throw turn.outcome.error;
  if (turn.outcome.type === "interrupted") await screen.answer.write(interruptedLine());
  const { text: title, ...rest } = (await titleOfTurn(services, conversation, turn, signal)) ?? {};
  if (title !== undefined) await screen.answer.write(jsonLine({ type: "title", title, ...rest }));
  return exitCodeOfTurn(turn);
}
