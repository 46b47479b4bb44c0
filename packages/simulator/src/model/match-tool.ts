import type { ToolSpec } from "../conversation.ts";
import { parametersOf } from "./parameters.ts";
import type { Segment } from "./segments.ts";
import { asksForOther, changesThings, isVerb, kindOf, nameStems, verbScore } from "./tool-kind.ts";
import { isGeneric, isSameWord, isStopWord, stem, wordsOf } from "./words.ts";

/** From here on a tool is called; below, the words may have met by chance. */
const ENOUGH = 2;

/** The tool that a segment asks for, if any. */
export function matchTool(segment: Segment, tools: readonly ToolSpec[]): ToolSpec | undefined {
  const best = bestTool(segment, tools);
  return best !== undefined && scoreTool(best, segment) >= ENOUGH ? best : undefined;
}

/** The tool that fits a segment best, even where it hardly does. The first of equals. */
export function bestTool(segment: Segment, tools: readonly ToolSpec[]): ToolSpec | undefined {
  let best: ToolSpec | undefined;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const tool of tools) {
    const score = scoreTool(tool, segment);
    if (score > bestScore) [best, bestScore] = [tool, score];
  }
  return best;
}

/** A tool for words that name a file or a folder and say nothing else that any tool does. */
export function toolForPath(segment: Segment, tools: readonly ToolSpec[]): ToolSpec | undefined {
  const path = segment.mentions.find((mention) => mention.isPath)?.text;
  if (path === undefined || asksForOther(segment.stems, ["list", "read", "search"])) return undefined;
  const kind = isFolder(path) ? "list" : "read";
  return tools.find((tool) => kindOf(tool.name) === kind && parametersOf(tool).some(({ role }) => role === "path"));
}

function scoreTool(tool: ToolSpec, segment: Segment): number {
  const { name } = tool;
  // Nothing is changed that nobody asked to change.
  if (
    changesThings(kindOf(name)) &&
    !nameStems(name).some((word) => isVerb(word) && verbScore(word, segment.stems) > 0)
  ) {
    return Number.MIN_SAFE_INTEGER;
  }
  return nameScore(tool, segment) + descriptionScore(tool, segment) + evidenceScore(tool, segment);
}

function nameScore(tool: ToolSpec, { stems }: Segment): number {
  let score = 0;
  let isNounMissing = false;
  for (const word of new Set(nameStems(tool.name))) {
    if (isVerb(word)) score += verbScore(word, stems);
    else if (stems.some((candidate) => isSameWord(candidate, word))) score += isGeneric(word) ? 1 : 2;
    else if (!isGeneric(word)) isNounMissing = true;
  }
  return isNounMissing ? score - 1 : score;
}

function descriptionScore(tool: ToolSpec, { stems }: Segment): number {
  const said = new Set(stems);
  const words = new Set(
    wordsOf(tool.description.slice(0, 2000))
      .filter((word) => !isStopWord(word))
      .map(stem),
  );
  let met = 0;
  for (const word of words) if (said.has(word) && !isGeneric(word) && !isVerb(word)) met += 1;
  return Math.min(1.5, met * 0.5);
}

/** Whether the segment holds what the tool cannot do without. */
function evidenceScore(tool: ToolSpec, { mentions }: Segment): number {
  const kind = kindOf(tool.name);
  const paths = mentions.filter((mention) => mention.isPath);
  let score = 0;
  for (const { role, required, type } of parametersOf(tool)) {
    if (!required) continue;
    if (type === "number" || type === "integer") score += mentions.some(({ kind }) => kind === "number") ? 0.5 : -0.5;
    if (type !== "string") continue;
    if (role === "path" && paths.length > 0) score += 1;
    if (role === "path" && paths.length === 0 && kind !== "list") score -= 1;
    if ((role === "command" || role === "query") && mentions.some(({ kind }) => kind === "quoted")) score += 0.5;
  }
  if (kind === "list" && paths.length > 0 && !paths.some(({ text }) => isFolder(text))) score -= 2;
  if (kind === "read" && paths.length > 0 && paths.every(({ text }) => isFolder(text))) score -= 2;
  return score;
}

/** Whether a path reads like that of a folder: it ends so, or its last name has no extension. */
export function isFolder(path: string): boolean {
  if (/[\\/]$/.test(path) || /^(?:\.{1,2}|~)$/.test(path)) return true;
  const name = path.split(/[\\/]/).at(-1) ?? "";
  return !name.includes(".") && !/^(?:LICENSE|Makefile|Dockerfile)$/.test(name);
}
