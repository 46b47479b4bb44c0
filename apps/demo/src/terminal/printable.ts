import { stripVTControlCharacters } from "node:util";

// All control characters, and those that reorder the text around them.
const unsafe = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Makes text that a model, a tool or a service wrote harmless for a terminal, where control sequences could hide,
 * forge or run things. Line breaks and tabs stay, everything else of the kind becomes a visible sign.
 */
export function printable(text: string): string {
  return text.replace(unsafe, visible);
}

/** The same in one line, without colours: for a part of a longer line. */
export function printableLine(text: string): string {
  return printable(stripVTControlCharacters(text)).replaceAll(/\s+/g, " ").trim();
}

function visible(character: string): string {
  if (character === "\n" || character === "\t") return character;
  if (character === "\r") return "";
  const code = character.charCodeAt(0);
  // Unicode has pictures of the first 32: ESC becomes ␛.
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}
