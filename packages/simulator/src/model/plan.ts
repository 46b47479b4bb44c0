import type { Conversation, ToolSpec } from "../conversation.ts";
import { fillArguments } from "./arguments.ts";
import { bestTool, matchTool, toolForPath } from "./match-tool.ts";
import { parametersOf } from "./parameters.ts";
import type { Segment } from "./segments.ts";
import { joinSegments, splitMessage, wholeMessage } from "./segments.ts";
import { changesThings, kindOf } from "./tool-kind.ts";

/** A call that a message asks for. */
export interface PlannedCall {
  readonly tool: ToolSpec;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The argument that has to be a path and is not named: "read it". What came before may name it. */
  readonly missingPath: string | undefined;
  readonly segment: Segment;
}

const MAX_CALLS = 8;

/** "What is this project about?" is what a README is for. */
const ABOUT_PROJECT = /\b(?:this|the)\s+(?:project|repo|repository|codebase|package)\b/i;

/**
 * Reads a message as steps of calls; the calls of a step do not depend on each other. It reads the same message in the
 * same way each time, so that the number of steps taken says which one is next, and there is an end.
 */
export function planSteps(message: string, conversation: Conversation): readonly (readonly PlannedCall[])[] {
  const steps: PlannedCall[][] = [];
  const seen = new Set<string>();
  let previous: PlannedCall | undefined;
  for (const call of plannedCalls(message, conversation).slice(0, MAX_CALLS)) {
    const key = JSON.stringify([call.tool.name, call.arguments]);
    // "Open a.md. Read it." names the same thing twice.
    const isRepeated = call.missingPath === undefined ? seen.has(key) : previous?.tool === call.tool;
    previous = call;
    if (isRepeated) continue;
    seen.add(key);
    const step = steps.at(-1);
    const isFree =
      step !== undefined &&
      conversation.parallelToolCalls &&
      (call.missingPath === undefined || kindOf(call.tool.name) === "list") &&
      !step.some(({ tool }) => changesThings(kindOf(tool.name)));
    if (isFree) step.push(call);
    else steps.push([call]);
  }
  return steps;
}

function plannedCalls(message: string, conversation: Conversation): readonly PlannedCall[] {
  const { tools, toolChoice } = conversation;
  if (toolChoice === "none" || tools.length === 0) return [];
  const whole = wholeMessage(message);
  if (typeof toolChoice === "object") {
    return tools.filter(({ name }) => name === toolChoice.name).flatMap((tool) => callsOf(tool, whole));
  }
  const matched = matchSegments(message, tools);
  if (matched.length > 0) return matched.flatMap(({ tool, segment }) => callsOf(tool, segment));
  const pathSegment = ABOUT_PROJECT.test(message) ? wholeMessage(`${message} README.md`) : whole;
  const tool = toolForPath(pathSegment, tools);
  if (tool !== undefined) return callsOf(tool, pathSegment);
  const best = toolChoice === "required" ? bestTool(whole, tools) : undefined;
  return best === undefined ? [] : callsOf(best, whole);
}

/** A segment that asks for no tool belongs to the one before it: "read a.md and b.md", "add 2 and 3". */
function matchSegments(message: string, tools: readonly ToolSpec[]): { tool: ToolSpec; segment: Segment }[] {
  const matched: { tool: ToolSpec; segment: Segment }[] = [];
  let leading: Segment | undefined;
  for (const segment of splitMessage(message)) {
    const tool = matchTool(segment, tools) ?? (isQuestion(segment) ? toolForPath(segment, tools) : undefined);
    const last = matched.at(-1);
    if (tool !== undefined) {
      matched.push({ tool, segment: leading === undefined ? segment : joinSegments(leading, segment) });
      leading = undefined;
    } else if (last !== undefined) last.segment = joinSegments(last.segment, segment);
    else leading = leading === undefined ? segment : joinSegments(leading, segment);
  }
  return matched;
}

/** "What does README.md say", rather than the second half of "read LICENSE and README.md". */
function isQuestion({ masked }: Segment): boolean {
  return /\b(?:what|which|how|why|who|does|is|are|tell|say|says|about)\b/i.test(masked);
}

/** One call, or one for each path where the tool takes a path and little else. */
function callsOf(tool: ToolSpec, segment: Segment): readonly PlannedCall[] {
  const filled = fillArguments(tool, segment);
  const call = { tool, arguments: filled.value, missingPath: filled.missingPath, segment };
  const paths = new Set(segment.mentions.filter((mention) => mention.isPath).map(({ text }) => text));
  const parameters = parametersOf(tool);
  const pathParameter = parameters.find(({ role, type }) => role === "path" && type === "string");
  const takesOnlyPath = parameters.every((parameter) => parameter === pathParameter || !parameter.required);
  if (pathParameter === undefined || !takesOnlyPath || paths.size < 2) return [call];
  return [...paths].map((path) => ({ ...call, arguments: { ...call.arguments, [pathParameter.name]: path } }));
}
