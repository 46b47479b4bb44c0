import type { Random } from "../random.ts";

/** Words with everything that encodings trip over: quotes, line ends, long characters, what looks like a protocol. */
const words = [
  "the",
  "river",
  "answers",
  "slowly",
  "42",
  "naïve",
  "Straße",
  "日本語",
  "𝒳",
  "👩‍👩‍👧",
  "e\u0301",
  '"quoted"',
  "back\\slash",
  "line\nbreak",
  "tab\tstop",
  "\r\n",
  "data: [DONE]",
  "</html>",
  "{}",
  "\u2028",
  "%20",
  "a,b;c",
  "\u0007",
];

/** Text of some words; it neither begins nor ends in white space, which some services would take off. */
export function randomText(random: Random, least: number, most: number): string {
  const middle = random.list(least, most, () => random.pick(words));
  return ["So", ...middle, "then."].join(" ");
}

/** Cuts a text into pieces, never within a character of two code units: an encoder could not keep its halves. */
export function pieces(random: Random, text: string): readonly string[] {
  const characters = [...text];
  const count = Math.min(random.pick([0, 2, 6, 20]), characters.length - 1);
  const places = [0, ...random.cuts(characters.length, Math.max(0, count)), characters.length];
  return places.slice(1).map((end, index) => characters.slice(places[index], end).join(""));
}
