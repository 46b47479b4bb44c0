import type { Conversation } from "../conversation.ts";
import { isFolder } from "./match-tool.ts";
import type { PlannedCall } from "./plan.ts";
import { planSteps } from "./plan.ts";
import type { Progress } from "./results.ts";
import { pathsIn } from "./results.ts";
import { kindOf } from "./tool-kind.ts";
import { isGeneric, isSameWord, stem, wordsOf } from "./words.ts";

/** How many files "read them" reads at most. */
const MAX_PATHS = 5;

/** The calls to make now: those of the next step, with "it" and "the readme" found in what came before. */
export function nextCalls(conversation: Conversation, progress: Progress): readonly PlannedCall[] {
  // After a refusal or a failure the person should hear of it before anything else is done.
  if (progress.results.some(({ outcome }) => outcome !== "done")) return [];
  const step = planSteps(progress.message, conversation)[progress.steps] ?? [];
  const calls = step.flatMap((call) => resolveCall(call, progress));
  return conversation.parallelToolCalls ? calls : calls.slice(0, 1);
}

function resolveCall(call: PlannedCall, progress: Progress): readonly PlannedCall[] {
  const { missingPath, tool } = call;
  if (missingPath === undefined || kindOf(tool.name) === "list") return [call];
  const results = progress.steps > 0 ? progress.results : progress.earlierResults.toReversed();
  const paths = choosePaths(call, pathsIn(results));
  // Later steps are only worth taking with something that was found.
  if (paths.length === 0) return progress.steps > 0 ? [] : [call];
  return paths.map((path) => ({ ...call, arguments: { ...call.arguments, [missingPath]: path } }));
}

function choosePaths({ segment, tool }: PlannedCall, candidates: readonly string[]): readonly string[] {
  const words = segment.stems.filter((word) => word.length > 2 && !isGeneric(word));
  const named = candidates.filter((path) =>
    wordsOf(path.split(/[\\/]/).filter(Boolean).at(-1) ?? "").some((part) =>
      words.some((word) => isSameWord(stem(part), word)),
    ),
  );
  if (named.length > 0) return named.slice(0, 1);
  const files = kindOf(tool.name) === "read" ? candidates.filter((path) => !isFolder(path)) : candidates;
  return files.slice(0, /\b(?:them|each|all|both|every)\b/i.test(segment.masked) ? MAX_PATHS : 1);
}
