import type { Capabilities, Model } from "@waygate/core";

/** A model and the gateway that has it. */
export interface FoundModel {
  readonly gateway: string;
  readonly model: Model;
  /** What it can do: what is known of it, and what holds for its gateway in general. */
  readonly capabilities: Capabilities;
  /** Whether `agent.favorite_models` names it. */
  readonly favorite: boolean;
}

/**
 * The models whose id or name holds every word of a query, in whatever case, and which can do all that is asked.
 * Favourites come first, then those that match better: the whole id or name, its beginning, a beginning of a word.
 */
export function searchModels(
  models: readonly FoundModel[],
  query: string,
  wanted: Partial<Capabilities> = {},
): readonly FoundModel[] {
  const words = fold(query)
    .split(/\s+/)
    .filter((word) => word !== "");
  return models
    .filter(({ capabilities }) =>
      Object.entries(wanted).every(
        ([name, able]) => able === undefined || capabilities[name as keyof Capabilities] === able,
      ),
    )
    .map((found) => ({ found, score: scoreOf(found, words) }))
    .filter(({ score }) => score !== undefined)
    .sort((a, b) => Number(b.found.favorite) - Number(a.found.favorite) || (b.score ?? 0) - (a.score ?? 0))
    .map(({ found }) => found);
}

/** Undefined where a word is not there at all. */
function scoreOf({ gateway, model }: FoundModel, words: readonly string[]): number | undefined {
  const texts = [fold(model.id), fold(model.name)];
  let score = 0;
  for (const word of words) {
    const best = Math.max(...texts.map((text) => match(text, word)), fold(gateway) === word ? 1 : 0);
    if (best === 0) return undefined;
    score += best;
  }
  return score;
}

function match(text: string, word: string): number {
  if (text === word) return 4;
  const at = text.indexOf(word);
  if (at === -1) return 0;
  if (at === 0) return 3;
  return /[\s/:._-]/.test(text[at - 1] ?? "") ? 2 : 1;
}

function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .trim();
}
