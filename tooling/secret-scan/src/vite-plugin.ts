import { fileURLToPath } from "node:url";
import type { Plugin } from "vitest/config";

/** The modules that export doors, from the repository's root, and the doors. */
const modules: ReadonlyMap<string, readonly string[]> = new Map([
  ["packages/core/src/run/run.ts", ["run", "resume"]],
  ["packages/core/src/registry/guard.ts", ["guard"]],
  ["packages/core/src/registry/registry.ts", ["createRegistry"]],
  ["packages/host/src/host.ts", ["createHost"]],
]);

const root = fileURLToPath(new URL("../../../", import.meta.url)).replaceAll("\\", "/");
const doors = `${root}tooling/secret-scan/src/doors.ts`;

/** Puts a watch before the functions through which everything comes out of the packages. Of no use but for tests. */
export function secretScan(): Plugin {
  return {
    name: "waygate:secret-scan",
    enforce: "pre",
    transform(code, id) {
      const names = id.startsWith(root) ? modules.get(id.slice(root.length).split("?")[0] ?? "") : undefined;
      if (names === undefined) return undefined;
      let inner = code;
      for (const name of names) {
        // A declaration for each of its overloads.
        const declaration = new RegExp(`export function ${name}(?=[(<])`, "g");
        // A door that has moved would be watched no more, and nobody would know.
        if (!declaration.test(code))
          throw new Error(`${id} exports no function ${name}: tell modules where it is now.`);
        inner = inner.replace(declaration, `function ${name}`);
      }
      const watched = names.map(
        (name) => `const watched_${name} = doors_.${name}(${name});\nexport { watched_${name} as ${name} };\n`,
      );
      return {
        code: `${inner}\nimport { doors as doors_ } from ${JSON.stringify(doors)};\n${watched.join("")}`,
        map: null,
      };
    },
  };
}
