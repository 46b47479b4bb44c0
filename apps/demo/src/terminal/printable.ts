// All control characters, and those that reorder the text around them.
const unsafe = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Makes prose that a model or a tool wrote harmless for a terminal, where control sequences could hide, forge or run
 * things. Line breaks and tabs stay; every other control becomes a visible sign. Names, errors and questions need more:
 * `exactText`.
 */
export function printable(text: string): string {
  return text.replace(unsafe, visible);
}

function visible(character: string): string {
  if (character === "\n" || character === "\t") return character;
  if (character === "\r") return "";
  const code = character.charCodeAt(0);
  // Unicode has pictures of the first 32: ESC becomes ␛.
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}
