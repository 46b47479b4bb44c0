import type { ToolResult } from "./results.ts";
import { pastArguments } from "./results.ts";
import { kindOf } from "./tool-kind.ts";

const MAX_NAMES = 8;
const MAX_QUOTE = 240;

/** What the results of tools say, a sentence or two for each. */
export function reportResults(results: readonly ToolResult[]): string {
  return results.map(reportResult).join("\n\n");
}

function reportResult(result: ToolResult): string {
  const { call, text, outcome } = result;
  if (outcome === "denied") return `\`${call.name}\` was not allowed to run, so nothing was done: ${quoted(text)}.`;
  if (outcome === "failed") return `\`${call.name}\` did not work${subjectOf(result)}: ${quoted(text)}.`;
  if (text.trim() === "") return `\`${call.name}\` came back empty${subjectOf(result)}${remarkOf(result)}.`;
  if (/^[^\n]{1,200} is empty\.?$/.test(text.trim())) return `\`${call.name}\` answered: ${quoted(text)}.`;
  switch (kindOf(call.name)) {
    case "list":
      return reportList(result);
    case "read":
      return reportFile(result);
    case "search":
      return reportMatches(result);
    case "run":
      return reportOutput(result);
    default:
      return `\`${call.name}\` answered: ${quoted(text)}.`;
  }
}

function reportList(result: ToolResult): string {
  const names = linesOf(result.text);
  return `${firstArgument(result) ?? "The folder"} has ${count(names.length, "entry", "entries")}${remarkOf(result)}: ${some(names)}.`;
}

function reportFile(result: ToolResult): string {
  const lines = withoutNumbers(result.text.replace(/\n$/, "").split(/\r?\n/));
  const sentences = [
    `${firstArgument(result) ?? "The file"} has ${count(lines.length, "line", "lines")}${remarkOf(result)}.`,
  ];
  const heading = lines.findIndex((line) => /^#{1,6}\s+\S/.test(line));
  if (heading >= 0) sentences.push(`Its first heading is “${(lines[heading] ?? "").replace(/^#+\s+/, "").trim()}”.`);
  const keys = jsonKeys(lines.join("\n"));
  const start = firstSentences(lines.slice(heading + 1));
  if (keys !== undefined) sentences.push(`It is JSON with the keys ${some(keys)}.`);
  else if (start !== "") sentences.push(`It begins: ${quoted(start)}.`);
  return sentences.join(" ");
}

function reportMatches(result: ToolResult): string {
  const lines = linesOf(result.text);
  if (/^(?:no|0) (?:match|result|file|hit)/i.test(lines[0] ?? "")) return `Nothing was found${subjectOf(result)}.`;
  return `${count(lines.length, "match", "matches")}${subjectOf(result)}${remarkOf(result)}: ${some(lines)}.`;
}

function reportOutput(result: ToolResult): string {
  const lines = linesOf(result.text);
  const command = firstArgument(result);
  const what = command === undefined ? "The command" : `\`${command}\``;
  return `${what} printed ${count(lines.length, "line", "lines")}${remarkOf(result)}: ${quoted(lines.slice(0, 3).join(" / "))}.`;
}

/** Up to two sentences of the first paragraph. */
function firstSentences(lines: readonly string[]): string {
  const start = lines.findIndex((line) => /[\p{L}\p{N}]/u.test(line) && !/^\s*(?:#|\[!\[|<)/.test(line));
  if (start < 0) return "";
  const rest = lines.slice(start);
  const end = rest.findIndex((line) => line.trim() === "");
  const paragraph = (end < 0 ? rest : rest.slice(0, end)).join(" ").replace(/\s+/g, " ").trim();
  return /^(?:.*?[.!?](?=\s|$)){1,2}/.exec(paragraph)?.[0] ?? paragraph;
}

/** Tools often number the lines of a file. */
function withoutNumbers(lines: readonly string[]): readonly string[] {
  const number = /^\s*\d+[\t|:→] ?/;
  return lines.every((line) => number.test(line)) ? lines.map((line) => line.replace(number, "")) : lines;
}

function jsonKeys(text: string): readonly string[] | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    return Object.keys(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map((name) => shortened(name, 80));
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${rest} more` : shown.join(", ");
}

function firstArgument({ call }: ToolResult): string | undefined {
  const first = Object.values(pastArguments(call)).find((value) => typeof value === "string");
  return first === undefined ? undefined : shortened(first, 120);
}

function subjectOf(result: ToolResult): string {
  const first = firstArgument(result);
  return first === undefined ? "" : ` for \`${first}\``;
}

function remarkOf({ remark }: ToolResult): string {
  return remark === undefined ? "" : ` (${remark})`;
}

function quoted(text: string): string {
  return `“${shortened(text.replace(/\s+/g, " ").trim(), MAX_QUOTE).replace(/[.]+$/, "")}”`;
}

function shortened(text: string, length: number): string {
  const characters = [...text.slice(0, length * 2)];
  return characters.length > length || text.length > length * 2 ? `${characters.slice(0, length).join("")}…` : text;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
