import type { Mention } from "./mentions.ts";
import { findMentions } from "./mentions.ts";
import { stem, wordsOf } from "./words.ts";

/** A stretch of a message that asks for one thing. */
export interface Segment {
  /** As it was written. */
  readonly text: string;
  /** The same length, every mention blanked out: what is left are the words of the request itself. */
  readonly masked: string;
  /** Positions count from the start of the segment. */
  readonly mentions: readonly Mention[];
  /** Stems of the masked words. */
  readonly stems: readonly string[];
}

/** A message is read this far; whoever pastes more asks at its beginning. */
const MAX_CHARACTERS = 20_000;

/** The rest of a message that asks for more than anybody would is one segment. */
const MAX_SEGMENTS = 40;

/** Fills the place of a mention; no letter, no space, no mark that ends a segment. */
const BLANK = "\uFFFC";

const BOUNDARY = /[;\n]+|,\s+(?:(?:and|then)\s+)*|\s+(?:(?:and|then)\s+)+|[.!?]+(?=\s|$)/gi;

/** Splits a message where one request ends and the next may begin. */
export function splitMessage(message: string): readonly Segment[] {
  const text = message.slice(0, MAX_CHARACTERS);
  const mentions = findMentions(text);
  const masked = mask(text, mentions);
  const segments: Segment[] = [];
  let start = 0;
  const add = (end: number) => {
    if (masked.slice(start, end).trim() !== "") segments.push(segmentOf(text, masked, mentions, start, end));
  };
  for (const boundary of masked.matchAll(BOUNDARY)) {
    if (segments.length === MAX_SEGMENTS - 1) break;
    add(boundary.index);
    start = boundary.index + boundary[0].length;
  }
  add(text.length);
  return segments;
}

/** One segment of two that follow each other. */
export function joinSegments(left: Segment, right: Segment): Segment {
  const shift = left.text.length + 2;
  const moved = right.mentions.map((mention) => ({
    ...mention,
    start: mention.start + shift,
    end: mention.end + shift,
  }));
  return {
    text: `${left.text}, ${right.text}`,
    masked: `${left.masked}, ${right.masked}`,
    mentions: [...left.mentions, ...moved],
    stems: [...left.stems, ...right.stems],
  };
}

/** The whole message as one segment. */
export function wholeMessage(message: string): Segment {
  const text = message.slice(0, MAX_CHARACTERS);
  const mentions = findMentions(text);
  return segmentOf(text, mask(text, mentions), mentions, 0, text.length);
}

function segmentOf(text: string, masked: string, mentions: readonly Mention[], start: number, end: number): Segment {
  const inside = mentions.filter((mention) => mention.start >= start && mention.end <= end);
  const own = masked.slice(start, end);
  return {
    text: text.slice(start, end),
    masked: own,
    mentions: inside.map((mention) => ({ ...mention, start: mention.start - start, end: mention.end - start })),
    // "Look" alone means reading, "look for" means searching.
    stems: wordsOf(own.replace(/\blook(ing|s)?\s+(for|up)\b/gi, "search")).map(stem),
  };
}

function mask(text: string, mentions: readonly Mention[]): string {
  let masked = "";
  let position = 0;
  for (const mention of mentions) {
    masked += text.slice(position, mention.start) + BLANK.repeat(mention.end - mention.start);
    position = mention.end;
  }
  return masked + text.slice(position);
}
