import { type Finding, isTest } from "./import-rules.ts";
import { conditional, type SourceFile } from "./source-file.ts";

interface SourceRule {
  readonly id: string;
  check(file: SourceFile): readonly { readonly line: number; readonly message: string }[];
}

/** What Biome has no rule for. Its own rules cover `any`, `@ts-ignore`, skipped and focused tests, and long files. */
export const sourceRules: readonly SourceRule[] = [
  {
    id: "unfinished",
    check: ({ comments }) =>
      comments
        .filter(({ text }) => /^[\s*]*(?:TODO|FIXME|XXX|HACK)\b|\b(?:TODO|FIXME)[:(]/m.test(text))
        .map(({ line }) => ({ line, message: "a doubt becomes an issue in the tracker, not a comment" })),
  },
  {
    id: "type-suppression",
    check: ({ path, comments }) =>
      comments
        .filter(({ text }) => /^[\s*]*@ts-(?:nocheck|expect-error)/m.test(text))
        .filter(({ text }) => text.includes("@ts-nocheck") || !isTest(path))
        .map(({ line }) => ({ line, message: "types are corrected, not silenced (tests may use @ts-expect-error)" })),
  },
  {
    id: "skipped-test",
    check: ({ testCalls }) =>
      testCalls.flatMap(({ modifier, title, line }) => {
        if (modifier === "todo")
          return [{ line, message: "a test that is not written yet is an issue in the tracker" }];
        if (!conditional.has(modifier) || /\(.+\)["'`]$/s.test(title)) return [];
        return [{ line, message: 'the title says what the test needs: "… (needs …)"' }];
      }),
  },
  {
    // V8 puts such a function among the old objects at once, where it keeps all that it has captured alive until the next
    // full collection: on the path of a request, that is everything the request ever held.
    id: "assigned-function",
    check: ({ path, assignedFunctions }) =>
      /^packages\/[^/]+\/src\//.test(path) && !isTest(path)
        ? assignedFunctions.map(({ line }) => ({
            line,
            message: "put the function into a const first, and assign that: else V8 keeps what it captures for long",
          }))
        : [],
  },
];

export function checkSource(file: SourceFile): readonly Finding[] {
  return sourceRules.flatMap(({ id, check }) =>
    check(file).map(({ line, message }) => ({ path: file.path, line, rule: id, message })),
  );
}
