import type { TextPart, UserPart } from "../../contract/message.ts";
import { textPart } from "./words.ts";

/** Joins texts side by side by a blank line. Returns the very list if there are none. */
export function joinTexts<Part extends UserPart>(content: readonly Part[]): readonly (Part | TextPart)[] {
  if (!content.some((part, index) => part.type === "text" && content[index + 1]?.type === "text")) return content;
  const joined: (Part | TextPart)[] = [];
  let texts: string[] = [];
  const close = () => {
    if (texts.length > 0) joined.push(textPart(texts.join("\n\n")));
    texts = [];
  };
  for (const part of content) {
    if (part.type === "text") {
      texts.push(part.text);
      continue;
    }
    close();
    joined.push(part);
  }
  close();
  return joined;
}
