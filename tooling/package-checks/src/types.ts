import { checkPackage } from "@arethetypeswrong/core";
import { filterProblems, problemKindInfo } from "@arethetypeswrong/core/problems";
import type { Tarball } from "./tarball.ts";

/** What "Are the types wrong?" finds where packages are ESM only: in Node's `import`, and in bundlers. */
export async function checkTypes(tarball: Tarball): Promise<readonly string[]> {
  const analysis = await checkPackage(tarball.package);
  if (analysis.types === false) return ["it has no types"];
  const problems = (["node16-esm", "bundler"] as const).flatMap((resolutionKind) =>
    filterProblems(analysis, { resolutionKind }),
  );
  return [...new Set(problems)].map((problem) => {
    const { title, docsUrl } = problemKindInfo[problem.kind];
    const where = "entrypoint" in problem ? `"${problem.entrypoint}"` : JSON.stringify(problem);
    return `${title}, at ${where} (${docsUrl})`;
  });
}
