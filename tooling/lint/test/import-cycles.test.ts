import { describe, expect, it } from "vitest";
import { checkCycles } from "../src/import-cycles.ts";
import { parseSource } from "../src/source-file.ts";

function cycles(files: Readonly<Record<string, string>>): readonly string[] {
  return checkCycles(Object.entries(files).map(([path, code]) => parseSource(path, code))).map(
    ({ path, line, message }) => `${path}:${line} ${/included: ([^.]+\.ts(?:, [^.]+\.ts)*)/.exec(message)?.[1]}`,
  );
}

describe("files that import each other", () => {
  it("are found, types included, with all that take part", () => {
    expect(
      cycles({
        "a/one.ts": 'import { x } from "zod";\nimport type { Two } from "./two.ts";',
        "a/two.ts": 'export { three } from "../b/three.ts";',
        "b/three.ts": 'type One = import("../a/one.ts").One;',
        "b/four.ts": 'import "./three.ts";',
      }),
    ).toEqual(["a/one.ts:2 a/one.ts, a/two.ts, b/three.ts"]);
  });

  it("are found apart from each other", () => {
    expect(
      cycles({
        "a.ts": 'import "./b.ts";',
        "b.ts": 'import "./a.ts"; import "./c.ts";',
        "c.ts": 'import "./d.ts";',
        "d.ts": 'import "./c.ts";',
      }),
    ).toHaveLength(2);
  });

  it("are not those that only share what they import", () => {
    expect(
      cycles({
        "a.ts": 'import "./c.ts"; import "./b.ts";',
        "b.ts": 'import "./c.ts";',
        "c.ts": "",
        "d.ts": 'import "./d.ts";',
      }),
    ).toEqual([]);
  });
});
