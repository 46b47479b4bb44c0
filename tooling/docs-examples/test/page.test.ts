import { describe, expect, it } from "vitest";
import { readExamples } from "../src/page.ts";

const fence = (info: string, code = "1;") => `\`\`\`${info}\n${code}\n\`\`\`\n`;

describe("the examples of a page", () => {
  it("are its fences in ts and sh, in lists too", () => {
    const page = `# Page\n\n${fence("ts run")}\n${fence("jsonc")}\n- item\n\n  ${fence("sh", "  ls").replaceAll("\n`", "\n  `")}`;
    expect(readExamples("a.md", page)).toEqual([
      { page: "a.md", line: 4, language: "ts", code: "1;", run: true, continues: false, file: undefined },
      { page: "a.md", line: 14, language: "sh", code: "ls", run: false, continues: false, file: undefined },
    ]);
  });

  it("may have names and go on from each other", () => {
    const page = `${fence("ts file=one.ts")}${fence("ts continues run")}`;
    expect(readExamples("a.md", page)).toMatchObject([
      { file: "one.ts", run: false, continues: false },
      { file: undefined, run: true, continues: true },
    ]);
  });

  it.each([
    ["a language that is not checked under that name", fence("typescript")],
    ["a word that means nothing", fence("ts rnu")],
    ["commands that continue", fence("sh continues")],
    ["a name that leads elsewhere", fence("ts file=../one.ts")],
    ["a name that no program has", fence("ts file=one.json")],
    ["two of one name", fence("ts file=one.ts") + fence("ts file=one.ts")],
    ["nothing to continue", fence("sh") + fence("ts continues")],
  ])("may not have %s", (_, page) => {
    expect(() => readExamples("a.md", page)).toThrow(/^a\.md:\d+: /);
  });
});
