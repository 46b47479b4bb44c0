import { stem, wordsOfName } from "./words.ts";

/** What a tool does, as far as its name tells. */
export type ToolKind = "list" | "read" | "search" | "write" | "edit" | "delete" | "run" | "fetch" | "other";

interface Verb {
  readonly kinds: readonly ToolKind[];
  /** How much the word says that such a tool is meant. */
  readonly weight: number;
}

const VERBS = new Map<string, Verb>();
for (const [list, weight, ...kinds] of [
  ["list ls enumerate tree", 2.5, "list"],
  ["read open cat view load", 3, "read"],
  ["summarise summarize explain describe look print quote", 2.5, "read"],
  ["search find grep locate where mention contain glob", 2.5, "search"],
  ["write save create store", 2.5, "write"],
  ["edit change replace update modify append fix rename", 2.5, "edit"],
  ["delete remove erase", 2.5, "delete"],
  ["run execute exec launch bash shell terminal", 2.5, "run"],
  ["fetch download browse visit", 2.5, "fetch"],
  ["show display see", 1.5, "list", "read"],
  ["what which many", 1, "list"],
  ["make put add", 1.5, "write"],
  ["get", 1, "fetch"],
] satisfies [string, number, ...ToolKind[]][]) {
  for (const word of list.split(" ")) VERBS.set(stem(word), { kinds, weight });
}

/** Too common in names of tools to say by themselves that one is meant. */
const WEAK_NAMES = new Map<string, number>([
  ...words("get set do use call see what which where", 1),
  ...words("show put make add", 2),
]);

function words(list: string, weight: number): [string, number][] {
  return list.split(" ").map((word) => [stem(word), weight]);
}

/** Stems of the words of a tool's name. */
export function nameStems(name: string): readonly string[] {
  return wordsOfName(name).map(stem);
}

export function isVerb(stemmed: string): boolean {
  return VERBS.has(stemmed);
}

/** Whether words ask for something that tools of these kinds do not do. */
export function asksForOther(stems: readonly string[], kinds: readonly ToolKind[]): boolean {
  return stems.some((word) => {
    const meant = VERBS.get(word);
    return meant !== undefined && !meant.kinds.some((kind) => kinds.includes(kind));
  });
}

/** How much a verb of a tool's name is met by the words of a request: by itself, or by one that means the same. */
export function verbScore(verb: string, stems: readonly string[]): number {
  if (stems.includes(verb)) return WEAK_NAMES.get(verb) ?? 3;
  const kinds = VERBS.get(verb)?.kinds ?? [];
  const weights = stems.map((word) => {
    const meant = VERBS.get(word);
    return meant?.kinds.some((kind) => kinds.includes(kind)) ? meant.weight : 0;
  });
  return Math.max(0, ...weights);
}

/** What a tool does. Its name is asked first, then what its name is about. */
export function kindOf(name: string): ToolKind {
  const stems = nameStems(name);
  const verb = stems.find((word) => VERBS.has(word));
  const kind = (verb === undefined ? undefined : VERBS.get(verb)?.kinds[0]) ?? "other";
  if (kind !== "fetch" && kind !== "other" && kind !== "read") return kind;
  if (stems.some((word) => ["directory", "folder", "dir", "tre"].includes(word))) return "list";
  return kind === "fetch" && stems.some((word) => word === "fil") ? "read" : kind;
}

/** Whether what comes after such a tool may depend on what it did. */
export function changesThings(kind: ToolKind): boolean {
  return kind === "write" || kind === "edit" || kind === "delete" || kind === "run";
}
