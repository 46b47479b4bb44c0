import type { MessageInput } from "@waygate/core";
import { UsageError } from "../exit-code.ts";
import type { Selection } from "./selection.ts";

/** In characters: of what is rewritten, and of what is shown on either side of it. */
const limits = { selection: 100_000, context: 20_000 };

const instructions =
  "You edit text. The user sends a text in which a part stands between <selection> and </selection>, and an instruction. " +
  "Answer with what is to stand in place of that part, and with nothing else: no explanation, no code fence, no tags. " +
  "Keep the indentation and the style of the surroundings, and change nothing that the instruction does not ask for.";

export interface EditRequest {
  /** Undefined for a text that is no file. */
  readonly name: string | undefined;
  readonly selection: Selection;
  readonly instruction: string;
  /** In place of the usual instructions. */
  readonly system: string | undefined;
}

/** What a model is asked for an edit. Throws a `UsageError` for more than it should rewrite at once. */
export function editMessages({ name, selection, instruction, system }: EditRequest): readonly MessageInput[] {
  const { before, text, after } = selection;
  if (text.length > limits.selection) {
    throw new UsageError(`That is too much to rewrite at once (${text.length} characters): choose some --lines.`);
  }
  const file = name === undefined ? "" : `File: ${name}\n\n`;
  const marked = `${before.slice(-limits.context)}<selection>\n${text}</selection>\n${after.slice(0, limits.context)}`;
  return [
    { role: "system", content: system ?? instructions },
    { role: "user", content: `${file}${marked}\n\nInstruction: ${instruction}` },
  ];
}
