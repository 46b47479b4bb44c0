import { posix } from "node:path";
import { parseSync } from "oxc-parser";
import type { Manifest } from "./packages.ts";
import type { Tarball } from "./tarball.ts";

/** Finding and reading files is most of what an import takes: an entry, and what it shares with others. */
const maxFiles = 3;

/** What is wrong with how the built files of a package import each other. */
export function checkModules(tarball: Tarball): readonly string[] {
  const modules = readModules(tarball);
  const entries = entriesOf(tarball.manifest);
  const reachable = new Set(entries.flatMap((entry) => [...follow(entry, modules, "all")]));
  return [
    ...entries.flatMap((entry) => {
      const { size } = follow(entry, modules, "eager");
      return size > maxFiles ? [`${entry} loads ${size} files of the package, more than ${maxFiles}: bundle it`] : [];
    }),
    ...[...reachable].filter((file) => !modules.has(file)).map((file) => `${file} is needed, but missing`),
    ...[...modules.keys()]
      .filter((file) => file.startsWith("dist/") && !reachable.has(file))
      .map((file) => `${file} is imported by nothing: delete dist`),
  ];
}

/** What is imported under a path or a name: at once, and when it is needed. */
interface Imports {
  readonly eager: readonly string[];
  readonly lazy: readonly string[];
}

/** The imports of JavaScript. What is computed, as in `import(name)`, is left out. */
export function importsOf(path: string, text: string): Imports {
  const { staticImports, staticExports, dynamicImports } = parseSync(path, text).module;
  const exported = staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest?.value));
  const lazy = dynamicImports.map(({ moduleRequest: { start, end } }) => text.slice(start, end));
  return {
    eager: [
      ...staticImports.map(({ moduleRequest }) => moduleRequest.value),
      ...exported.filter((name) => name != null),
    ],
    lazy: lazy.filter((literal) => /^["'].*["']$/.test(literal)).map((literal) => literal.slice(1, -1)),
  };
}

/** What users import, and what they run. */
export function entriesOf({ exports = {}, bin = {} }: Manifest): readonly string[] {
  const imported = Object.values(exports).map((target) => (typeof target === "string" ? target : target.default));
  const files = [...imported, ...Object.values(bin)].map((file) => posix.normalize(file ?? ""));
  return [...new Set(files.filter((file) => file.endsWith(".js")))];
}

function readModules({ files, package: unpacked, manifest }: Tarball): ReadonlyMap<string, Imports> {
  const own = (file: string, specifiers: readonly string[]) =>
    specifiers.filter((name) => name.startsWith(".")).map((name) => posix.join(posix.dirname(file), name));
  return new Map(
    files
      .filter((file) => file.endsWith(".js"))
      .map((file) => {
        const { eager, lazy } = importsOf(file, unpacked.readFile(`/node_modules/${manifest.name}/${file}`));
        return [file, { eager: own(file, eager), lazy: own(file, lazy) }];
      }),
  );
}

/** The file and all that it leads to. */
function follow(entry: string, modules: ReadonlyMap<string, Imports>, kind: "eager" | "all"): ReadonlySet<string> {
  const found = new Set([entry]);
  for (const file of found) {
    const { eager, lazy } = modules.get(file) ?? { eager: [], lazy: [] };
    for (const next of kind === "eager" ? eager : [...eager, ...lazy]) found.add(next);
  }
  return found;
}
