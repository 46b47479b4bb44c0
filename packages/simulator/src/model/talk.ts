import type { Conversation } from "../conversation.ts";
import type { Progress } from "./results.ts";
import type { ToolKind } from "./tool-kind.ts";
import { kindOf } from "./tool-kind.ts";

export const INTRODUCTION = "I am Waygate's simulator, not a language model.";

const EXAMPLES: Partial<Record<ToolKind, string>> = {
  list: "list the files here",
  read: "read README.md and tell me what it is about",
  search: "search for `TODO` and read the first file",
  write: "write `hello` to notes.txt",
  run: "run `ls -la`",
};

/** Long enough to watch a stream, to stop it and to fall behind it. */
const MAX_COUNT = 10_000;

/** What to say to a message that asks for no tool. */
export function talk(conversation: Conversation, { message, attachments }: Progress): string {
  const count = /^\W*(?:please\s+)?count\s+(?:up\s+)?to\s+(\d{1,9})\b/i.exec(message)?.[1];
  if (count !== undefined) {
    return Array.from({ length: Math.min(Number(count), MAX_COUNT) }, (_, index) => index + 1).join(", ");
  }
  const paragraphs = [INTRODUCTION];
  const heard = message.replace(/\s+/g, " ").trim();
  paragraphs[0] += heard === "" ? " There is no message to answer." : ` You said: “${shortened(heard)}”.`;
  if (attachments > 0) paragraphs[0] += ` I cannot see what you attached (${attachments}).`;
  paragraphs.push(offer(conversation));
  return paragraphs.join("\n\n");
}

function offer({ tools, toolChoice }: Conversation): string {
  const counting = "“count to 500” for a long answer";
  if (tools.length === 0)
    return `I answer by rules and know nothing; no tools came with this request. Try ${counting}.`;
  const names = tools.slice(0, 20).map(({ name }) => `\`${name}\``);
  if (toolChoice === "none") return `The request rules out its tools (${names.join(", ")}). Try ${counting}.`;
  const kinds = new Set(tools.map(({ name }) => kindOf(name)));
  const examples = [...kinds].flatMap((kind) => (EXAMPLES[kind] === undefined ? [] : [`“${EXAMPLES[kind]}”`]));
  return `I call tools when your words name what they do: ${names.join(", ")}. Try ${[...examples, counting].join(", ")}.`;
}

function shortened(text: string): string {
  const characters = [...text.slice(0, 400)];
  return characters.length > 200 ? `${characters.slice(0, 200).join("")}…` : text;
}
