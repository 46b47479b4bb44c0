import { stripVTControlCharacters } from "node:util";
import { type Cost, type Message, type Registry, run, type Usage } from "@waygate/core";
import type { ModelChoice } from "./model-choice.ts";
import { cutLine } from "./tools/cut-line.ts";

/** What a conversation is called, and what it took to find that. */
export interface Title {
  /** One line without control and format characters. */
  readonly text: string;
  readonly gateway: string;
  readonly model: string;
  readonly usage: Usage;
  readonly cost: Cost | undefined;
}

/** In characters: of the title, and of each message that it is made of. */
const limits = { title: 80, message: 2000 };
/** What a conversation is about shows in its beginning. */
const maxMessages = 6;

const instructions =
  "You name conversations. Answer with a title for this one and with nothing else: at most six words, without quotes " +
  "and without a full stop, in the language of the conversation.";

/** Has a model name a conversation. Rejects with what the run failed with; undefined where it gave no name. */
export async function writeTitle(
  registry: Registry,
  { gateway, model, reasoning, temperature }: ModelChoice,
  messages: readonly Message[],
  signal: AbortSignal,
): Promise<Title | undefined> {
  const asked = run({
    ...{ gateway: registry.gateway(gateway), model, reasoning, temperature, signal },
    messages: [
      { role: "system", content: instructions },
      { role: "user", content: transcript(messages) },
    ],
  });
  const { text, usage, cost } = await asked.result();
  const line = stripVTControlCharacters(text)
    .replaceAll(/[\s\p{C}]+/gu, " ")
    .trim()
    .replace(/^["'“«]+|["'”».]+$/g, "")
    .trim();
  return line === "" ? undefined : { text: cutLine(line, limits.title), gateway, model, usage, cost };
}

function transcript(messages: readonly Message[]): string {
  return messages
    .filter(({ role }) => role === "user" || role === "assistant")
    .slice(0, maxMessages)
    .map(({ role, content }) => {
      const text = content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join(" ");
      return `${role === "user" ? "Person" : "Assistant"}: ${cutLine(text, limits.message)}`;
    })
    .join("\n\n");
}
