import { type Finding, isTest } from "./import-rules.ts";
import { conditional, type SourceFile } from "./source-file.ts";

interface SourceRule {
  readonly id: string;
  check(file: SourceFile): readonly { readonly line: number; readonly message: string }[];
}

/** Packages whose files are named for what they export. */
const named = [
  "bedrock",
  "http",
  "openai-chat",
  "openai-compatible",
  "openrouter",
  "plugin-kit",
  "vercel-ai-gateway",
].map((name) => `packages/${name}/src/`);
/** They list what other files export. */
const entryPoints = /^packages\/[^/]+\/src\/(?:index|plugin|settings)\.ts$/;
/** Files that export several equal things, none of them the main one: they are named for what these have in common. */
export const forAnIdea: ReadonlySet<string> = new Set([
  "packages/bedrock/src/credentials/aws-configuration.ts",
  "packages/bedrock/src/models/listing-notice.ts",
  "packages/bedrock/src/request/media.ts",
  "packages/openrouter/src/model-id.ts",
  "packages/plugin-kit/src/settings/schema-parts.ts",
]);

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
    id: "file-name",
    check({ path, exports }) {
      const [, name] = /^(?:packages\/[^/]+)\/src\/(?:.*\/)?([^/]+)\.ts$/.exec(path) ?? [];
      if (name === undefined || isTest(path) || exports.length === 0) return [];
      if (!named.some((folder) => path.startsWith(folder)) || entryPoints.test(path) || forAnIdea.has(path)) return [];
      if (exports.some((exported) => kebabCase(exported) === name)) return [];
      const message = `a file is named for its main export, in kebab-case; this one exports ${exports.join(", ")}`;
      return [{ line: 1, message }];
    },
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

/** `FrameReader` → `frame-reader`, `isJSON` → `is-json`. */
function kebabCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();
}

export function checkSource(file: SourceFile): readonly Finding[] {
  return sourceRules.flatMap(({ id, check }) =>
    check(file).map(({ line, message }) => ({ path: file.path, line, rule: id, message })),
  );
}
