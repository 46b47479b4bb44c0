import { fileURLToPath } from "node:url";
import type { Plugin } from "vitest/config";

/** The modules that export a door, from the repository's root, and the door. */
const modules: ReadonlyMap<string, string> = new Map([
  ["packages/core/src/run/run.ts", "run"],
  ["packages/core/src/registry/guard.ts", "guard"],
  ["packages/core/src/registry/registry.ts", "createRegistry"],
  ["packages/host/src/host.ts", "createHost"],
]);

const root = fileURLToPath(new URL("../../../", import.meta.url)).replaceAll("\\", "/");
const doors = `${root}tooling/secret-scan/src/doors.ts`;

/** Puts a watch before the functions through which everything comes out of the packages. Of no use but for tests. */
export function secretScan(): Plugin {
  return {
    name: "waygate:secret-scan",
    enforce: "pre",
    transform(code, id) {
      const name = id.startsWith(root) ? modules.get(id.slice(root.length).split("?")[0] ?? "") : undefined;
      if (name === undefined) return undefined;
      const declaration = `export function ${name}(`;
      // A door that has moved would be watched no more, and nobody would know.
      if (!code.includes(declaration)) throw new Error(`${id} has no "${declaration}…": tell modules where it is now.`);
      // Overloads included, which have type parameters.
      const inner = code.replaceAll(new RegExp(`^export (?=function ${name}[(<])`, "gm"), "");
      const watched = `const watched_${name} = doors_.${name}(${name});\nexport { watched_${name} as ${name} };`;
      return { code: `${inner}\nimport { doors as doors_ } from ${JSON.stringify(doors)};\n${watched}\n`, map: null };
    },
  };
}
