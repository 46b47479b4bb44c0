/** Characters of a service's own words that a message quotes. The whole stands in `GatewayError.detail`. */
const longest = 400;

/** Returns the words of a service as one line of a sentence: shortened, and with a full stop. */
export function shorten(text: string): string {
  if (isBinary(text)) return "bytes that are not text.";
  const line = text.replace(/\s+/g, " ").trim();
  if (line === "") return "it gave no reason.";
  const cut = line.length <= longest ? line : `${line.slice(0, longest)}…`;
  return /[.!?…)]$/.test(cut) ? cut : `${cut}.`;
}

/** Whether bytes were read as text that are not text, such as a compressed body whose headers do not say so. */
function isBinary(text: string): boolean {
  // Escapes colour the text of some services.
  const odd = [...text.matchAll(/(?!\s)\p{Cc}|\ufffd/gu)].filter(([sign]) => sign !== "\u001b");
  return odd.length * 10 > text.length || (odd[0]?.index ?? 4) < 4;
}

/** Returns a word of a service in quotes, shortened, for use in a sentence. */
export function quote(word: string): string {
  return JSON.stringify(word.length <= 100 ? word : `${word.slice(0, 100)}…`);
}
