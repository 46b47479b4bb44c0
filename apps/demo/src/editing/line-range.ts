/** Lines of a text, counted from 1, both ends belonging to it. Without an end it goes to that of the text. */
export interface LineRange {
  readonly first: number;
  readonly last: number | undefined;
}

/** `12`, `12-20` or `12-`; undefined for anything else. */
export function parseLineRange(text: string): LineRange | undefined {
  const [, first = "", dash = "", end = ""] = /^(\d{1,9})(-(\d{1,9})?)?$/.exec(text) ?? [];
  const range = { first: Number(first), last: dash === "" ? Number(first) : end === "" ? undefined : Number(end) };
  return range.first >= 1 && (range.last ?? range.first) >= range.first ? range : undefined;
}
