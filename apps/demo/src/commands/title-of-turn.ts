import type { Conversation, Turn } from "../conversation.ts";
import { type Title, writeTitle } from "../title.ts";
import type { Services } from "./services.ts";

/** `--title`: what a conversation of one turn is called, where that turn has come to its end. */
export async function titleOfTurn(
  { arguments: given, modelChooser, host, screen }: Services,
  conversation: Conversation,
  turn: Turn,
  signal: AbortSignal,
): Promise<Title | undefined> {
  if (!given.title || turn.outcome.type !== "ended") return undefined;
  const choice = (await modelChooser.bySettings("thread_summary_model")) ?? conversation.choice;
  screen.waiting.start("naming the conversation");
  try {
    return await writeTitle(host.registry, choice, conversation.messages, signal);
  } finally {
    screen.waiting.stop();
  }
}
