import type { Tarball } from "./tarball.ts";

const required = ["package.json", "README.md", "LICENSE"];
const optional = ["CHANGELOG.md"];
/** Bundles have many sources, and are looked at by their imports. */
const bundle = /^dist\/.+\.js(?:\.map)?$/;
const declaration = /^dist\/(.+)\.d\.ts(?:\.map)?$/;

/** What is wrong with the list of files in a package: the needed ones, built code, its source, and nothing else. */
export function checkContents(
  { files, manifest }: Pick<Tarball, "files" | "manifest">,
  /** The package's own files, of which declarations must be made. Default: those in the tarball. */
  sources: readonly string[] = files,
): readonly string[] {
  const present = new Set(files);
  const made = new Set(sources);
  const named = (manifest.files ?? []).filter((entry) => !/^(?:!.*|dist|src|tests?)$/.test(entry));
  return [
    ...required.filter((file) => !present.has(file)).map((file) => `${file} is missing`),
    ...files.flatMap((file) => {
      if ([...required, ...optional].includes(file)) return [];
      if (named.some((entry) => file === entry || file.startsWith(`${entry}/`))) return [];
      if (/\.test(?:-d)?\.|(?:^|\/)tests?\//.test(file)) return [`${file} is a test`];
      if (/(?:^|\/)\./.test(file)) return [`${file} is no file for users`];
      if (bundle.test(file)) return [];
      const source = declaration.exec(file)?.[1];
      if (source !== undefined) return made.has(`src/${source}.ts`) ? [] : [`${file} has no source: delete dist`];
      return /^src\/.+\.ts$/.test(file) ? [] : [`${file} is not expected: name it in "files" if it is meant for users`];
    }),
  ];
}
