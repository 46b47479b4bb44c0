import type { Conversation, PastToolCall } from "../conversation.ts";
import { isFolder } from "./match-tool.ts";
import { isPath } from "./mentions.ts";
import { kindOf, type ToolKind } from "./tool-kind.ts";

/** A tool call with what came of it. */
export interface ToolResult {
  readonly call: PastToolCall;
  /** The text of the result, taken out of JSON that merely wraps it, and without its remark. */
  readonly text: string;
  /** What a last line in brackets says about the result: "exit code 1", "cut: 12 more lines". */
  readonly remark: string | undefined;
  readonly outcome: "done" | "failed" | "denied";
}

/** What happened since the last user message. */
export interface Progress {
  /** The last user message. Empty where there is none. */
  readonly message: string;
  readonly attachments: number;
  /** How many answers since then called tools. */
  readonly steps: number;
  /** Results since then. */
  readonly results: readonly ToolResult[];
  /** Results before that message. */
  readonly earlierResults: readonly ToolResult[];
}

/** Keys under which tools commonly wrap what they give. */
const TEXT_KEYS = ["content", "text", "output", "stdout", "result"];
const LIST_KEYS = ["entries", "files", "matches", "results"];

/** Results are read this far. */
const MAX_CHARACTERS = 200_000;

export function readProgress({ turns }: Conversation): Progress {
  const position = turns.findLastIndex((turn) => turn.role === "user");
  const user = turns[position];
  const since = turns.slice(position + 1);
  return {
    message: user?.text ?? "",
    attachments: user?.role === "user" ? user.attachments : 0,
    steps: since.filter((turn) => turn.role === "assistant" && turn.toolCalls.length > 0).length,
    results: readResults(since),
    earlierResults: readResults(turns.slice(0, Math.max(0, position))),
  };
}

/** Paths that results name, and those that were asked about: files first, each once. */
export function pathsIn(results: readonly ToolResult[]): readonly string[] {
  const paths = new Set<string>();
  const add = (word: string, folder = "") => {
    if (isPath(word) && !/^\.{1,2}$/.test(word)) paths.add(folder + word);
  };
  for (const { call, text } of results) {
    const folder = listedFolder(call);
    for (const word of candidates(call, text.slice(0, 20_000))) add(word, /[\\/]./.test(word) ? "" : folder);
  }
  for (const { call } of results) {
    for (const value of Object.values(pastArguments(call))) if (typeof value === "string") add(value);
  }
  return [...paths].sort((left, right) => Number(isFolder(left)) - Number(isFolder(right)));
}

/** The value of one argument of a past call, if its arguments are JSON. */
export function pastArguments(call: PastToolCall): Readonly<Record<string, unknown>> {
  const value = parse(call.arguments);
  return isObject(value) ? value : {};
}

/** Lists and matches begin each line with a path; what follows on the line may only look like one. */
function candidates(call: PastToolCall, text: string): readonly string[] {
  const words = (line: string) => line.split(/[\s,;:"'`()<>[\]{}|=]+/).filter((word) => word !== "");
  const kind = kindOf(call.name);
  if (kind !== "list" && kind !== "search") return words(text);
  return text.split("\n").flatMap((line) => words(line).find(isPath) ?? []);
}

/** A list of a folder names what is in it, mostly without the folder. */
function listedFolder(call: PastToolCall): string {
  if (kindOf(call.name) !== "list") return "";
  const folder = Object.values(pastArguments(call)).find((value) => typeof value === "string" && isPath(value));
  return typeof folder === "string" && folder !== "." ? `${folder.replace(/[\\/]+$/, "")}/` : "";
}

function readResults(turns: Conversation["turns"]): readonly ToolResult[] {
  const calls = new Map<string, PastToolCall>();
  const results: ToolResult[] = [];
  for (const turn of turns) {
    if (turn.role === "assistant") for (const call of turn.toolCalls) calls.set(call.id, call);
    if (turn.role !== "tool") continue;
    const call = calls.get(turn.callId);
    if (call !== undefined) results.push(readResult(call, turn.text.slice(0, MAX_CHARACTERS), turn.failed));
  }
  return results;
}

/** Where the wire has no mark for a failed call, the words have to tell. */
function readResult(call: PastToolCall, content: string, failed = false): ToolResult {
  const value = parse(content);
  const marked = failed || (isObject(value) && value.isError === true);
  const error = (isObject(value) ? value.error : undefined) ?? (marked ? content : undefined);
  if (error !== undefined && error !== null && error !== false) {
    const text = typeof error === "string" ? error : messageOf(error);
    return { call, text, remark: undefined, outcome: isDenial(text) ? "denied" : "failed" };
  }
  const whole = unwrapped(value, content, kindOf(call.name));
  const remark = /(?:^|\n)\[((?:cut|truncated|exit code|ended by|stopped)\b[^[\]\n]{0,200})\]\s*$/.exec(whole);
  const text = remark === null ? whole : whole.slice(0, remark.index);
  const firstLine = text.trimStart().split("\n", 1)[0]?.slice(0, 300) ?? "";
  const isShort = text.length <= 300 && !text.trim().includes("\n");
  // What has an exit code was carried out, whatever it wrote.
  const hasRun = remark?.[1]?.startsWith("exit code") === true;
  if (!hasRun && (isFailure(firstLine) || (isShort && isFailureShort(firstLine)))) {
    return { call, text: text.trim(), remark: remark?.[1], outcome: isDenial(firstLine) ? "denied" : "failed" };
  }
  return { call, text, remark: remark?.[1], outcome: "done" };
}

function isFailure(line: string): boolean {
  return /^(?:the tool )?(?:\w*error|failed|failure|denied|refused|cancell?ed|aborted)\b\s*[:.!(]/i.test(line);
}

function isFailureShort(line: string): boolean {
  return (
    isDenial(line) ||
    /\b(?:ENOENT|EACCES|permission denied|no such (?:file|tool)|not found|does not exist|there is no|is a folder, not a file|not carried out|failed|timed out|unknown tool|cancell?ed|could not|cannot|invalid arguments?)\b/i.test(
      line,
    )
  );
}

function isDenial(text: string): boolean {
  return /\b(?:(?<!permission )denied|declined|refused|rejected|not approved|not allowed|disallowed|without approval)\b/i.test(
    text,
  );
}

function unwrapped(value: unknown, content: string, kind: ToolKind): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return kind === "read" ? content : value.map(entryText).join("\n");
  if (!isObject(value)) return content;
  // What a tool read may be JSON itself.
  const keys = kind === "read" ? TEXT_KEYS.slice(0, 2) : [...TEXT_KEYS, ...LIST_KEYS];
  for (const key of keys) {
    const inner = Object.hasOwn(value, key) ? value[key] : undefined;
    if (typeof inner === "string") return inner;
    if (Array.isArray(inner) && kind !== "read") return inner.map(entryText).join("\n");
  }
  return content;
}

function entryText(entry: unknown): string {
  if (typeof entry === "string") return entry;
  if (!isObject(entry)) return JSON.stringify(entry);
  const name = entry.text ?? entry.path ?? entry.name ?? entry.file;
  return typeof name === "string" ? name : JSON.stringify(entry);
}

function messageOf(error: unknown): string {
  return isObject(error) && typeof error.message === "string" ? error.message : JSON.stringify(error);
}

function parse(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
