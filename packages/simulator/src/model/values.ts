import type { Evidence } from "./evidence.ts";
import type { Parameter } from "./parameters.ts";
import { isSameWord, isStopWord, stem, wordsOf } from "./words.ts";

/** Names of parameters that say where, not how many. */
const POSITIONS = ["offset", "start", "from", "line", "page", "index", "skip"];

/** What people say for what they would type. */
const SPOKEN_COMMANDS = new Map([
  ["tests", "npm test"],
  ["the tests", "npm test"],
  ["the build", "npm run build"],
]);

/** The text that a segment gives by the parameter's name: "titled `Bug`", "branch main". */
export function fillNamed(parameter: Parameter, evidence: Evidence): string | undefined {
  return evidence.after([parameter.name, parameter.words.join(" ")], parameter.role === "other");
}

/** The text for a parameter that stands in a segment, if any. */
export function fillText(parameter: Parameter, siblings: readonly Parameter[], evidence: Evidence): string | undefined {
  switch (parameter.role) {
    case "url":
      return evidence.take(({ kind }) => kind === "url");
    case "command":
      return fillCommand(evidence);
    case "query":
      return fillQuery(parameter, siblings, evidence);
    case "path":
      return fillPath(siblings, evidence);
    case "content":
      return fillContent(parameter, evidence);
    default:
      return fillOther(parameter, evidence);
  }
}

function takePath(evidence: Evidence): string | undefined {
  return evidence.take((mention) => mention.isPath);
}

function fillCommand(evidence: Evidence): string | undefined {
  const quoted = evidence.take(({ kind }) => kind === "quoted");
  if (quoted !== undefined) return quoted;
  const { text } = evidence.segment;
  const said = /\b(?:run|runs|execute|exec|launch|start)\s+(?:the\s+)?(?:command\s+)?(?<command>.+?)[.?!]*\s*$/is.exec(
    text,
  );
  const command = said?.groups?.command?.trim();
  return command === undefined ? undefined : (SPOKEN_COMMANDS.get(command.toLowerCase()) ?? command);
}

function fillQuery(parameter: Parameter, siblings: readonly Parameter[], evidence: Evidence): string | undefined {
  const glob = evidence.take(({ text }) => /[*?]/.test(text) && !/\s/.test(text));
  const given =
    glob ??
    evidence.take((mention) => mention.kind === "quoted" && !(mention.isPath && evidence.isPlace(mention))) ??
    evidence.subject("query");
  if (given !== undefined || !parameter.required) return given;
  const hasPath = siblings.some(({ role }) => role === "path");
  return (
    evidence.identifier() ??
    evidence.take((mention) => mention.isPath && !(hasPath && evidence.isPlace(mention))) ??
    evidence.remainder()
  );
}

function fillPath(siblings: readonly Parameter[], evidence: Evidence): string | undefined {
  const isWriting = siblings.some(({ role }) => role === "content");
  const place = isWriting ? evidence.take((mention) => mention.isPath && evidence.isPlace(mention)) : undefined;
  return place ?? evidence.take((mention) => mention.isPath && mention.kind === "path") ?? takePath(evidence);
}

function fillContent(parameter: Parameter, evidence: Evidence): string | undefined {
  const quoted = evidence.take(({ kind }) => kind === "quoted");
  if (quoted !== undefined || !parameter.required) return quoted;
  return evidence.subject("content") ?? evidence.remainder();
}

function fillOther(parameter: Parameter, evidence: Evidence): string | undefined {
  if (!parameter.required) return undefined;
  const isEnd = parameter.words.some((word) => ["destination", "dest", "target", "to", "new"].includes(word));
  const isStart = parameter.words.some((word) => ["source", "src", "from", "old"].includes(word));
  const path = evidence.take(
    (mention) => mention.isPath && (isEnd ? evidence.isPlace(mention) : isStart && !evidence.isPlace(mention)),
  );
  return (
    path ??
    evidence.take(({ kind }) => kind === "quoted") ??
    evidence.subject("other") ??
    evidence.take(({ kind }) => kind === "path") ??
    evidence.remainder()
  );
}

/** A value of an enum that the segment names, or a boolean whose name it says. */
export function fillWord(parameter: Parameter, evidence: Evidence): unknown {
  const { segment } = evidence;
  if (parameter.type === "boolean") {
    const names = parameter.words.filter((word) => !isStopWord(word)).map(stem);
    if (!names.some((name) => segment.stems.some((word) => isSameWord(word, name)))) return undefined;
    return !new RegExp(`\\b(?:not|non|no|without|don['’]?t|never)[\\s-]+(?:\\w+\\s+)?${names[0]}`, "i").test(
      segment.text,
    );
  }
  const values: readonly unknown[] = Array.isArray(parameter.schema.enum) ? parameter.schema.enum : [];
  const said = ` ${wordsOf(segment.text).join(" ")} `;
  return values.find(
    (value) => typeof value === "string" && value !== "" && said.includes(` ${wordsOf(value).join(" ")} `),
  );
}

/** A number of the segment: the one that stands by the parameter's name, or, where one is required, the next. */
export function fillNumber(parameter: Parameter, evidence: Evidence): number | undefined {
  const { description } = parameter.schema;
  const isPosition = parameter.words.some((word) => POSITIONS.includes(word));
  // "20 lines" is how many; "from line 20" is where.
  const about = typeof description === "string" && !isPosition ? wordsOf(description.slice(0, 500)) : [];
  const names = parameter.words.map(stem);
  const counted = [...parameter.words, ...about].filter((word) => !isStopWord(word)).map(stem);
  const { masked } = evidence.segment;
  const isNamed = (start: number, end: number) => {
    const before = stem(wordsOf(masked.slice(Math.max(0, start - 40), start)).at(-1) ?? "");
    const after = stem(wordsOf(masked.slice(end, end + 40))[0] ?? "");
    return names.includes(before) || (isPosition && before === stem("line")) || counted.includes(after);
  };
  const text =
    evidence.take(({ kind, start, end }) => kind === "number" && isNamed(start, end)) ??
    (parameter.required ? evidence.take(({ kind }) => kind === "number") : undefined);
  if (text === undefined) return undefined;
  return bounded(parameter.type === "integer" ? Math.trunc(Number(text)) : Number(text), parameter.schema);
}

/** Everything of the segment that fits a list's items. */
export function fillList(parameter: Parameter, evidence: Evidence): readonly unknown[] | undefined {
  if (!parameter.required) return undefined;
  const { items } = parameter.schema;
  const type = typeof items === "object" && items !== null && "type" in items ? items.type : "string";
  const isNumber = type === "number" || type === "integer";
  if (!isNumber && type !== "string") return undefined;
  const values: unknown[] = [];
  const accepted = isNumber ? ["number"] : ["quoted", "path", "url"];
  for (;;) {
    const text = evidence.take(({ kind }) => accepted.includes(kind));
    if (text === undefined) return values.length > 0 ? values : undefined;
    values.push(isNumber ? Number(text) : text);
  }
}

function bounded(value: number, schema: Parameter["schema"]): number {
  const least = typeof schema.minimum === "number" ? schema.minimum : Number.NEGATIVE_INFINITY;
  const most = typeof schema.maximum === "number" ? schema.maximum : Number.POSITIVE_INFINITY;
  return Math.min(most, Math.max(least, value));
}
