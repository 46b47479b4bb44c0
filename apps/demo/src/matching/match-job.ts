/** The longest excerpt of a line in a `LineMatch`, in characters. */
const maxExcerpt = 240;
/** How much of a long line stands before its match, in characters. */
const leadLength = 80;

/** Whether an expression matches anywhere in a text. Fails with a `SyntaxError` for a pattern that is not valid. */
export interface TestJob {
  readonly type: "test";
  /** The source of a JavaScript regular expression. */
  readonly pattern: string;
  readonly flags: string;
  readonly text: string;
}

/** The lines of a text that match a pattern: as an expression, or as the plain text that it is. */
export interface FindLinesJob {
  readonly type: "find-lines";
  readonly pattern: string;
  readonly text: string;
  /** How many lines to find at most. */
  readonly limit: number;
}

export interface LineMatch {
  /** Counted from 1. */
  readonly line: number;
  /** The line without the white space around it. Of a long line: the part around the match, at most 240 characters. */
  readonly excerpt: string;
}

export type MatchJob = TestJob | FindLinesJob;

/** What a job of each type results in. */
export interface MatchResults {
  readonly test: boolean;
  readonly "find-lines": readonly LineMatch[];
}

/** Does a job. It may take for ever, so it belongs in a thread that can be stopped. */
export function doMatchJob(job: MatchJob): boolean | readonly LineMatch[] {
  return job.type === "test" ? new RegExp(job.pattern, job.flags).test(job.text) : findLines(job);
}

function findLines({ pattern, text, limit }: FindLinesJob): readonly LineMatch[] {
  const expression = expressionOf(pattern);
  const found: LineMatch[] = [];
  let number = 0;
  for (const line of linesIn(text)) {
    number++;
    const plainAt = line.indexOf(pattern);
    const at = plainAt >= 0 ? plainAt : expression === undefined ? -1 : line.search(expression);
    if (at < 0) continue;
    found.push({ line: number, excerpt: excerptAt(line, at) });
    if (found.length >= limit) break;
  }
  return found;
}

function expressionOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern);
  } catch {
    return undefined;
  }
}

/** One at a time: all lines of a large file as a list would take several times its size. */
function* linesIn(text: string): Generator<string> {
  let start = 0;
  for (const { 0: end, index } of text.matchAll(/\r\n|\n|\r/g)) {
    yield text.slice(start, index);
    start = index + end.length;
  }
  if (start < text.length) yield text.slice(start);
}

function excerptAt(line: string, at: number): string {
  const trimmed = line.trim();
  if (trimmed.length <= maxExcerpt) return trimmed;
  const from = Math.max(0, Math.min(at - leadLength, line.length - maxExcerpt));
  const to = Math.min(line.length, from + maxExcerpt);
  // A cut in a surrogate pair would leave half of it behind.
  const part = line.slice(from, to).replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
  return `${from > 0 ? "…" : ""}${part.trim()}${to < line.length ? "…" : ""}`;
}
