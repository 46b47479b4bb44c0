import type { Conversation } from "../conversation.ts";
import type { ExitCode } from "../exit-code.ts";
import { eventLine, interruptedLine } from "../json-output.ts";
import type { Services } from "./services.ts";
import { exitCodeOfTurn } from "./turn.ts";

/** `--json`: the events of one turn as NDJSON, and nothing else. Throws what the turn failed with. */
export async function printEvents(
  { screen }: Services,
  conversation: Conversation,
  prompt: string,
  signal: AbortSignal,
): Promise<ExitCode> {
  const turn = await conversation.say(prompt, signal, (event) => screen.answer.write(eventLine(event)));
  if (turn.outcome.type === "failed") throw turn.outcome.error;
  if (turn.outcome.type === "interrupted") await screen.answer.write(interruptedLine());
  return exitCodeOfTurn(turn);
}
