import type { Mention } from "./mentions.ts";
import type { Segment } from "./segments.ts";
import { isVerb } from "./tool-kind.ts";
import { isGeneric, isStopWord, stem } from "./words.ts";

const PLACE = /\b(?:in|into|to|under|inside|within|from|at|as|on)\s+(?:the\s+)?(?:file\s+)?$/i;
/** What leads to the subject of a request, by what it is wanted for. */
const LEADS = {
  query: /\b(?:for|about|mention(?:ing|s)?|contain(?:ing|s)?|match(?:ing|es)?|called|named|saying|with|of)\s+/gi,
  content: /\b(?:with|saying|says|contain(?:ing|s)?|that\s+says)\s+/gi,
  other: /\b(?:for|about|called|named|saying|of|in|at|to|from|with)\s+/gi,
};
const ARTICLES = /^(?:(?:the|a|an|all|any|every|some|word|words|text|string|phrase|term|content|contents)\s+)+/i;
/** Ends of a subject: "TODO in src/", "hello to notes.txt". */
const NEXT_PLACE = /\s+(?:in|into|to|under|inside|within|from|on|at)\s+(?:(?:the|my|our|file)\s+)*\uFFFC/i;
const FILLER = new Set("please can could would you now me us just also then kindly let for about".split(" "));

/** What a segment offers as arguments. Whatever was taken is not offered again. */
export interface Evidence {
  readonly segment: Segment;
  /** The first mention that passes. */
  take(accept: (mention: Mention) => boolean): string | undefined;
  /** Whether a mention is where something is done: "in src/", "to notes.txt". */
  isPlace(mention: Mention): boolean;
  /** What follows "for", "about", "containing" and the like, up to a place: a mention, or words. */
  subject(wanted: keyof typeof LEADS): string | undefined;
  /** A word written as names in code are. */
  identifier(): string | undefined;
  /** What follows one of these words: a mention, or where `orWord` a single word. */
  after(words: readonly string[], orWord: boolean): string | undefined;
  /** The words that ask for nothing else: without the verb, courtesies, and what was taken at the end. */
  remainder(): string | undefined;
}

export function collectEvidence(segment: Segment): Evidence {
  const { text, masked, mentions } = segment;
  const taken = new Set<Mention>();

  const take = (accept: (mention: Mention) => boolean) => {
    const mention = mentions.find((candidate) => !taken.has(candidate) && accept(candidate));
    if (mention !== undefined) taken.add(mention);
    return mention?.text;
  };
  const isPlace = (mention: Mention) => PLACE.test(masked.slice(Math.max(0, mention.start - 40), mention.start));

  /** A mention that starts here, else the words up to the next place. */
  const textAt = (start: number) => {
    const mention = mentions.find((candidate) => candidate.start === start);
    if (mention !== undefined) return take((candidate) => candidate === mention);
    const rest = masked.slice(start);
    const end = start + (NEXT_PLACE.exec(rest)?.index ?? rest.length);
    return tidy(text.slice(start, end));
  };

  return {
    segment,
    take,
    isPlace,
    subject: (wanted) => {
      for (const lead of masked.matchAll(LEADS[wanted])) {
        const start = lead.index + lead[0].length;
        const skipped = ARTICLES.exec(masked.slice(start))?.[0].length ?? 0;
        const following = mentions.find((mention) => mention.start === start + skipped);
        if (following !== undefined && taken.has(following)) continue;
        const found = textAt(start + skipped);
        if (found === undefined) continue;
        // "In New York in fahrenheit": one place, then something else.
        return /^(?:in|at|from|of|for)\s/i.test(lead[0]) && wanted === "other"
          ? found.replace(/\s+(?:in|at|from|for|with|to)\s.*$/is, "")
          : found;
      }
      return undefined;
    },
    identifier: () =>
      masked
        .match(/\b(?:\w*[a-z]\w*[A-Z]\w*|[A-Za-z]\w*_\w+|[A-Z][A-Z0-9]+|[A-Za-z_]\w*\(\))(?!\w)/)?.[0]
        .replace("()", ""),
    after: (words, orWord) => {
      const lead = new RegExp(
        `\\b(?:${words.map(escaped).join("|")})(?:d|ed)?(?:\\s+(?:is|as)|\\s*[:=])?\\s+`,
        "i",
      ).exec(masked);
      if (lead === null) return undefined;
      const start = lead.index + lead[0].length;
      const mention = mentions.find((candidate) => candidate.start === start && !taken.has(candidate));
      if (mention !== undefined) return take((candidate) => candidate === mention);
      return orWord ? /^[\p{L}\p{N}_-]+/u.exec(masked.slice(start))?.[0] : undefined;
    },
    remainder: () => {
      const kept = [...masked.matchAll(/\uFFFC+|[^\s\uFFFC]+/g)].filter((token) => {
        const mention = mentions.find((candidate) => candidate.start === token.index);
        return mention === undefined ? !token[0].startsWith("\uFFFC") : !taken.has(mention);
      });
      const isSaid = (token: RegExpExecArray) => {
        const word = token[0].toLowerCase().replace(/[^\p{L}\p{N}'’_-]/gu, "");
        const isOwn = !isStopWord(word) && !FILLER.has(word) && !isVerb(stem(word)) && !isGeneric(stem(word));
        return token[0].startsWith("\uFFFC") || (word !== "" && isOwn);
      };
      const first = kept.find(isSaid);
      const last = kept.findLast(isSaid);
      if (first === undefined || last === undefined) return undefined;
      return tidy(text.slice(first.index, last.index + last[0].length));
    },
  };
}

function tidy(text: string): string | undefined {
  const tidied = text
    .trim()
    .replace(/(?<=\w)[.,;:!?]+$/, "")
    .replace(/\s+please$/i, "");
  return tidied === "" ? undefined : tidied;
}

function escaped(word: string): string {
  return word.replace(/[^\w]/g, "\\$&");
}
