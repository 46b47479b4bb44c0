import { type Finding, isTest } from "./import-rules.ts";

interface TextRule {
  readonly id: string;
  applies(path: string): boolean;
  /** Matched against each line. */
  readonly pattern: RegExp;
  readonly message: string;
}

export const textRules: readonly TextRule[] = [
  {
    id: "machine-path",
    // Tests may tell of made-up people and their homes.
    applies: (path) => !isTest(path),
    pattern: /(?<![\w.~@$}-])\/(?:home|Users|root|work|workspaces?)\/\w|\b[A-Z]:\\{1,2}Users\b/,
    message: "a path of one machine means nothing on another",
  },
  {
    id: "registry-host",
    applies: (path) => /(?:^|\/)(?:pnpm-lock\.yaml|package-lock\.json|\.npmrc)$/.test(path),
    pattern: /\b(?:tarball|registry|resolved)["']?\s*[:=]\s*["']?https?:/,
    message: "a lockfile names versions and hashes, and leaves the registry to whoever installs",
  },
];

export function checkText(path: string, text: string): readonly Finding[] {
  const rules = textRules.filter(({ applies }) => applies(path));
  return text
    .split("\n")
    .flatMap((content, index) =>
      rules
        .filter(({ pattern }) => pattern.test(content))
        .map(({ id, message }) => ({ path, line: index + 1, rule: id, message })),
    );
}
